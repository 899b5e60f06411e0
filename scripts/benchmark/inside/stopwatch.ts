// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { now_ms } from './clock.js';

const NS_PER_MS = 1e6;

/** Of a thread, from /proc/PID/schedstat: time on a CPU, and time in which it wanted one and had none. */
interface Scheduled {
  readonly ran_ms: number;
  readonly waited_ms: number;
}

function scheduled(pid: string): Scheduled {
  try {
    const [ran = 0, waited = 0] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ').map(Number);
    return { ran_ms: ran / NS_PER_MS, waited_ms: waited / NS_PER_MS };
  } catch {
    return { ran_ms: 0, waited_ms: 0 }; // a kernel without SCHED_INFO: the clock on the wall has to do
  }
}

function softirqThread(cpu: number): string | undefined {
  const isIt = (pid: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === `ksoftirqd/${cpu}`;
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').find((name) => /^\d+$/.test(name) && isIt(name));
}

/**
 * Takes the time that one CPU spends for the main thread of this process, which is bound to it, and for the softirqs
 * that it causes. What other processes take away meanwhile does not count: on an idle machine it is the time that
 * passes, on a busy one the same but for caches.
 */
export class Stopwatch {
  readonly #softirqs: string | undefined;

  constructor(cpu: number) {
    this.#softirqs = softirqThread(cpu);
  }

  /** Milliseconds that `work` takes. */
  time(work: () => void): number {
    const before = this.#read();
    work();
    return this.#read() - before;
  }

  #read(): number {
    const passed = now_ms() - scheduled('self').waited_ms;
    return this.#softirqs === undefined ? passed : passed + scheduled(this.#softirqs).ran_ms;
  }
}
