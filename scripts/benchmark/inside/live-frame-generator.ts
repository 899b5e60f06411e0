// SPDX-License-Identifier: Apache-2.0
// Sends packets into the interfaces of its namespace: live-frame test runs of bpf/bench/generator.bpf.c (Linux 5.18).
import type { BpfObject, BpfProgram } from '#native';
import { loadNative } from '#datapath/native.js';
import { objectPath } from '#scripts/packets/objects.js';
import { encodeFlows, encodeFrame } from '#scripts/packets/flows.js';
import { buildFrame, shapeName } from '#scripts/packets/frame.js';
import { serve } from './serve.js';
import { SoftirqThread } from './softirq-thread.js';
import type { PacketGenerator, StreamSpec } from '#scripts/packets/stream.js';
import { writeFlows } from '#scripts/packets/write-flows.js';

interface Stream {
  readonly object: BpfObject;
  readonly program: BpfProgram;
  readonly frame: Uint8Array;
}

const native = loadNative();
const streams = new Map<string, Stream>();
const softirqs = new SoftirqThread(Number(process.argv[2]));
const ZERO = new Uint8Array(4);

const methods = {
  stream(name: string, { frame: fields, flows, device: { ifindex } }: StreamSpec): void {
    streams.get(name)?.object.close();
    const frame = buildFrame(fields);
    const object = native.loadObject(objectPath('generator'), { maxEntries: { bench_flows: flows.packets } });
    writeFlows(object, encodeFlows(flows, frame, fields.shape), flows.packets);
    object.map('bench_frames').update(ZERO, encodeFrame(frame, flows.packets, ifindex));
    const program = object.program(`bench_generate_${shapeName(fields.shape)}`);
    streams.set(name, { object, program, frame });
  },

  /**
   * The kernel's own clock of a test run stands still while it lets others run
   * and while it prepares the program; what the softirq thread did for us comes on top.
   * @returns milliseconds of this CPU
   */
  send(name: string, packets: number): number {
    const stream = streams.get(name);
    if (stream === undefined) throw new Error(`no stream ${name}`);
    const before_ms = softirqs.ran_ms();
    const { duration_ns } = stream.program.testRun(stream.frame, { repeat: packets, live: true });
    return (duration_ns * packets) / 1e6 + softirqs.ran_ms() - before_ms;
  },
} satisfies PacketGenerator;

export type GeneratorMethods = typeof methods;
serve(methods);
