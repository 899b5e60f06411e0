// SPDX-License-Identifier: Apache-2.0
// Runs in the network namespace of the sending device: drive.js {"workload": ..., "target": ...}. Prints a Sent as JSON.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { deviceLines, type Target, type Workload } from './workload.js';

export interface Sent {
  readonly packets: number;
  /** What the device refused. */
  readonly errors: number;
  readonly duration_s: number;
}

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

/** Writing `start` returns when a signal has ended it. */
async function send(duration_s: number): Promise<number> {
  const started = process.hrtime.bigint();
  const writer = spawn('sh', ['-c', `echo start >${DIRECTORY}/pgctrl`], { stdio: 'inherit' });
  await delay(duration_s * 1_000);
  writer.kill('SIGINT');
  await once(writer, 'exit');
  write('pgctrl', 'stop');
  return Number(process.hrtime.bigint() - started) / 1e9;
}

function count(name: string): { packets: number; errors: number } {
  const text = readFileSync(`${DIRECTORY}/${name}`, 'utf8');
  const [, packets] = /pkts-sofar: (\d+)/.exec(text) ?? [];
  const [, errors] = /errors: (\d+)/.exec(text) ?? [];
  return { packets: Number(packets), errors: Number(errors) };
}

const { workload, target } = JSON.parse(process.argv[2] ?? '{}') as { workload: Workload; target: Target };
spawnSync('modprobe', ['pktgen']);
if (!existsSync(DIRECTORY)) {
  console.error(
    'this kernel has no pktgen module: scripts/bench measures with the live-frame generator instead',
  );
  process.exit(1);
}
const names = configure(workload, target);
const duration_s = await send(workload.duration_s);
const counts = names.map(count);
const sum = (of: 'packets' | 'errors'): number => counts.reduce((total, each) => total + each[of], 0);
console.log(JSON.stringify({ packets: sum('packets'), errors: sum('errors'), duration_s } satisfies Sent));
