// SPDX-License-Identifier: Apache-2.0
// Runs in the network namespace of the sending device: drive.js ORDER, as JSON. Says when it sends, and at the end what.
import { readFileSync } from 'node:fs';
import { busyTime_ns } from './busy.js';
import { kernelPktgen } from './kernel-pktgen.js';
import { liveFrames } from './live-frames.js';
import { type Order, SENDING, type Sent } from './sender.js';

const { generator, workload, target } = JSON.parse(process.argv[2] ?? '{}') as Order;
const busy_ns = (): number => busyTime_ns(readFileSync('/proc/stat', 'utf8'));

const sender = generator === 'pktgen' ? kernelPktgen(workload, target) : await liveFrames(workload, target);
console.log(SENDING);
const [before_ns, started_ns] = [busy_ns(), process.hrtime.bigint()];
const counts = await sender.send(workload.duration_s);
const duration_s = Number(process.hrtime.bigint() - started_ns) / 1e9;
console.log(JSON.stringify({ ...counts, duration_s, busy_ns: busy_ns() - before_ns } satisfies Sent));
