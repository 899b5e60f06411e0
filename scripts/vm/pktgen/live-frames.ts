// SPDX-License-Identifier: Apache-2.0
// The live-frame generator of scripts/bench, a process for each thread.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { LiveFrameOrder } from './live-frame-thread.js';
import type { Sender } from './sender.js';
import type { Target, Workload } from './workload.js';

async function message(child: ChildProcess): Promise<unknown> {
  const [value] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('the generator of live frames has ended');
    }),
  ])) as [unknown];
  return value;
}

/** Resolves when all threads are ready to send. */
export async function liveFrames(workload: Workload, target: Target): Promise<Sender> {
  const order: LiveFrameOrder = { workload, target };
  const threads = Array.from({ length: workload.threads }, () =>
    fork(new URL('./live-frame-thread.js', import.meta.url), [JSON.stringify(order)]),
  );
  await Promise.all(threads.map(message));
  return {
    async send(duration_s) {
      for (const thread of threads) thread.send(duration_s);
      const sent = (await Promise.all(threads.map(message))) as number[];
      return { packets: sent.reduce((sum, packets) => sum + packets, 0), refused: 0 };
    },
  };
}
