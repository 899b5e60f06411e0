// SPDX-License-Identifier: Apache-2.0
// The kernel's pktgen, which has a directory in /proc of each network namespace.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Counts, Sender } from './sender.js';
import { deviceLines, type Target, type Workload } from './workload.js';

const DIRECTORY = '/proc/net/pktgen';

function write(file: string, line: string): void {
  try {
    writeFileSync(`${DIRECTORY}/${file}`, `${line}\n`);
  } catch (error) {
    throw new Error(`pktgen refuses '${line}' in ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** Names of the devices: one for each thread, the device's queues going round. */
function configure(workload: Workload, target: Target): string[] {
  for (let cpu = 0; existsSync(`${DIRECTORY}/kpktgend_${cpu}`); cpu++)
    write(`kpktgend_${cpu}`, 'rem_device_all');
  return Array.from({ length: workload.threads }, (_, cpu) => {
    const name = workload.threads === 1 ? target.device : `${target.device}@${cpu}`;
    write(`kpktgend_${cpu}`, `add_device ${name}`);
    for (const line of deviceLines(workload, target)) write(name, line);
    return name;
  });
}

function countsOf(name: string): Counts {
  const text = readFileSync(`${DIRECTORY}/${name}`, 'utf8');
  const [, packets] = /pkts-sofar: (\d+)/.exec(text) ?? [];
  const [, errors] = /errors: (\d+)/.exec(text) ?? [];
  return { packets: Number(packets), refused: Number(errors) };
}

export function kernelPktgen(workload: Workload, target: Target): Sender {
  const names = configure(workload, target);
  return {
    /** Writing `start` returns when a signal has ended it. */
    async send(duration_s) {
      const writer = spawn('sh', ['-c', `echo start >${DIRECTORY}/pgctrl`], { stdio: 'inherit' });
      await delay(duration_s * 1_000);
      writer.kill('SIGINT');
      await once(writer, 'exit');
      write('pgctrl', 'stop');
      const counts = names.map(countsOf);
      const sum = (of: keyof Counts): number => counts.reduce((total, each) => total + each[of], 0);
      return { packets: sum('packets'), refused: sum('refused') };
    },
  };
}
