// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';

const NS_PER_ms = 1e6;

function find(cpu: number): string | undefined {
  const isIt = (pid: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === `ksoftirqd/${cpu}`;
    } catch {
      return false; // it has ended
    }
  };
  return readdirSync('/proc').find((name) => /^\d+$/.test(name) && isIt(name));
}

/** The kernel's thread for the softirqs of one CPU that are too many to be done at once. */
export class SoftirqThread {
  readonly #pid: string | undefined;

  constructor(cpu: number) {
    this.#pid = find(cpu);
  }

  /** Time that it has run, milliseconds; always 0 on a kernel without SCHED_INFO. */
  ran_ms(): number {
    try {
      return (
        Number(readFileSync(`/proc/${this.#pid ?? 'none'}/schedstat`, 'utf8').split(' ', 1)[0]) / NS_PER_ms
      );
    } catch {
      return 0;
    }
  }
}
