// SPDX-License-Identifier: Apache-2.0
// One sender of live frames: live-frame-thread.js {"workload": ..., "target": ...}. Says that it is ready, is told for how
// many seconds to send, and answers how many packets it sent.
import { addressBytes, parseAddress } from '#addr/index.js';
import { loadNative } from '#datapath/native.js';
import { writeFlows } from '#scripts/packets/write-flows.js';
import { objectPath } from '#scripts/packets/objects.js';
import { encodeFlows, encodeFrame } from '#scripts/packets/flows.js';
import { buildFrame, shapeName } from '#scripts/packets/frame.js';
import { networkLinks } from '#scripts/vm/kernels/links.js';
import type { Target, Workload } from './workload.js';
import { monotonic_ms } from '#scripts/kit/clock.js';

export interface LiveFrameOrder {
  readonly workload: Workload;
  readonly target: Target;
}

/** Packets after which the schedule begins again. */
const SCHEDULE = 65_536;
/** Packets of one test run: a fraction of a second also where instructions are emulated. */
const MOST_AT_ONCE = 4_096;
const TICK_ms = 1;

function macBytes(text: string): Uint8Array {
  return Uint8Array.from(text.split(':'), (byte) => parseInt(byte, 16));
}

const { workload, target } = JSON.parse(process.argv[2] ?? '{}') as LiveFrameOrder;
// From netlink: /sys is that of another network namespace.
const link = networkLinks().find(({ name }) => name === target.device);
if (link === undefined) throw new Error(`there is no interface ${target.device}`);
const shape = { eid: workload.ipVersion };
const frame = buildFrame({
  shape,
  toMac: macBytes(target.mac),
  fromMac: link.mac,
  sourceEid: target.source,
  frameBytes: workload.size_bytes,
});
const to = { address: addressBytes(parseAddress(target.firstEid)), count: workload.eids };
const flows = { to, popularity: 'uniform', packets: SCHEDULE, ports: workload.flows } as const;
const object = loadNative().loadObject(objectPath('generator'), { maxEntries: { bench_flows: SCHEDULE } });
writeFlows(object, encodeFlows(flows, frame, shape), SCHEDULE);
object.map('bench_frames').update(new Uint8Array(4), encodeFrame(frame, SCHEDULE, link.ifindex));
const program = object.program(`bench_generate_${shapeName(shape)}`);
const cell = new Int32Array(new SharedArrayBuffer(4));

/** Of this thread; undefined: as fast as it goes. */
const rate_pps = workload.rate_pps === undefined ? undefined : workload.rate_pps / workload.threads;

function send(duration_s: number): number {
  const started = monotonic_ms();
  let sent = 0;
  for (let passed = 0; passed < duration_s * 1_000; passed = monotonic_ms() - started) {
    const allowed = rate_pps === undefined ? MOST_AT_ONCE : Math.floor((passed * rate_pps) / 1_000) - sent;
    const packets = Math.min(allowed, MOST_AT_ONCE);
    if (packets > 0) program.testRun(frame, { repeat: packets, live: true });
    else Atomics.wait(cell, 0, 0, TICK_ms);
    sent += packets;
  }
  return sent;
}

process.once('message', (duration_s: number) => process.send?.(send(duration_s), () => process.exit()));
process.send?.('ready');
