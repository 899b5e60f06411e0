// SPDX-License-Identifier: Apache-2.0
// The part of ring-buffer.test.ts that needs a process of its own. Prints its results as JSON.
import { once } from 'node:events';
import { Worker, isMainThread, workerData } from 'node:worker_threads';
import { addon } from './addon.js';

const [, , scenario = '', probe = ''] = process.argv;
const object = addon.loadObject(isMainThread ? probe : (workerData as string));
const ringMap = object.map('probe_ring');
const record = (): unknown => object.program('probe_record').testRun(new Uint8Array(64));

function report(...events: readonly string[]): never {
  console.log(JSON.stringify(events));
  process.exit(0);
}

const scenarios: Record<string, () => void> = {
  throw() {
    record();
    addon.openRingBuffer(ringMap, 1, () => {
      throw new Error('from the listener');
    });
  },
  handled() {
    const seen: string[] = [];
    process.on('uncaughtException', (error) => {
      seen.push(error.message);
      if (seen.length === 2) report(...seen);
    });
    record();
    record();
    addon.openRingBuffer(ringMap, 1, () => {
      throw new Error('from the listener');
    });
  },
  microtask() {
    const seen: string[] = [];
    record();
    record();
    addon.openRingBuffer(ringMap, 1, () => {
      if (seen.length > 0) report(...seen);
      void Promise.resolve().then(() => seen.push('microtask'));
    });
  },
  alive() {
    addon.openRingBuffer(ringMap, 1, () => report('alive'));
    setTimeout(record, 20).unref();
  },
  worker() {
    const worker = new Worker(new URL(import.meta.url), { workerData: probe });
    void once(worker, 'exit').then(() => report('worker ended'));
  },
};

if (isMainThread) {
  scenarios[scenario]?.();
} else {
  addon.openRingBuffer(ringMap, 1, () => process.exit());
  record();
}
