// SPDX-License-Identifier: Apache-2.0
// Sends packets of hosts with the kernel's pktgen, which has a directory in /proc of each network namespace. Its thread
// runs on the CPU of this process.
import { readFileSync, writeFileSync } from 'node:fs';
import { deviceCommands, parseResult } from '#scripts/packets/pktgen.js';
import { serve } from './serve.js';
import type { PacketGenerator, StreamSpec } from '#scripts/packets/stream.js';

const DIRECTORY = '/proc/net/pktgen';
const thread = `${DIRECTORY}/kpktgend_${process.argv[2] ?? ''}`;
const streams = new Map<string, StreamSpec>();

/** One command a write, as pktgen wants it. */
function command(file: string, text: string): void {
  try {
    writeFileSync(file, `${text}\n`); // pgctrl takes the last character for the end of the line
  } catch (error) {
    throw new Error(`pktgen did not take '${text}': ${(error as Error).message}`, { cause: error });
  }
}

const methods = {
  stream(name: string, spec: StreamSpec): void {
    streams.set(name, spec);
  },

  /** By the clock of pktgen, which counts wall time, also while other processes have the CPU. */
  send(name: string, packets: number): number {
    const spec = streams.get(name);
    if (spec === undefined) throw new Error(`no stream ${name}`);
    const device = `${DIRECTORY}/${spec.device.name}`;
    command(thread, 'rem_device_all');
    command(thread, `add_device ${spec.device.name}`);
    for (const line of deviceCommands(spec, packets)) command(device, line);
    command(`${DIRECTORY}/pgctrl`, 'start'); // returns when all are sent
    const { sent, duration_ms } = parseResult(readFileSync(device, 'utf8'));
    command(thread, 'rem_device_all');
    if (sent === 0) throw new Error(`pktgen sent none of ${packets} packets`);
    return (duration_ms * packets) / sent;
  },
} satisfies PacketGenerator;

export type PktgenMethods = typeof methods;
serve(methods);
