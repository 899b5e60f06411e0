// SPDX-License-Identifier: Apache-2.0
// Runs one of the XDP programs by BPF_PROG_TEST_RUN in a network namespace of its own. Input: tables and frames.
// Output: verdicts, frames, counters and punts.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { PUNT_OUTCOMES, REASONS } from './reasons.js';
import type { Entry } from './tables.js';

export type ProgramName = 'eid' | 'rloc' | 'both';

export interface Case {
  /** Whether packets use the indexes; otherwise only the tries. */
  readonly indexed?: boolean;
  readonly entries: readonly Entry[];
  readonly frames: readonly {
    readonly frame: Uint8Array;
    readonly ifindex: number;
    readonly repeat?: number;
    /** Size of the first buffer; the rest of the frame is in other buffers (Linux 6.18). */
    readonly linearBytes?: number;
    /** Written before the frame is sent. */
    readonly entries?: readonly Entry[];
    /** Like `entries`, but not written to the index. */
    readonly notIndexed?: readonly Entry[];
  }[];
}

export type Traffic = readonly [packets: number, bytes: number];

export interface Outcome {
  readonly runs: readonly {
    readonly verdict: number;
    readonly frame: Uint8Array;
    readonly duration_ns: number;
  }[];
  /** By reason; each packet counts for one. */
  readonly reasons: readonly Traffic[];
  /** Outcomes of punts. */
  readonly outcomes: readonly Traffic[];
  readonly mappings: readonly Traffic[];
  readonly locators: readonly Traffic[];
  /** Records of the ring buffer. */
  readonly punts: readonly Uint8Array[];
}

export const XDP_DROP = 1;
export const XDP_PASS = 2;
export const XDP_REDIRECT = 4;

/** Packets by reason and punts by outcome, without zeros. */
export function counted({ reasons, outcomes }: Outcome): Record<string, number> {
  const entries = [
    ...REASONS.map((name, i) => [name, reasons[i]?.[0] ?? 0] as const),
    ...PUNT_OUTCOMES.map(
      (name, i) => [name === 'punted' ? name : `punt-${name}`, outcomes[i]?.[0] ?? 0] as const,
    ),
  ];
  return Object.fromEntries(entries.filter(([, packets]) => packets > 0));
}

export class Router {
  readonly #process: ChildProcess;
  #last: Promise<unknown>;

  /** @param oneBuffer loads the program as the agent does on a kernel before 5.18 */
  constructor(program: ProgramName, { oneBuffer = false } = {}) {
    const inside = fileURLToPath(new URL('router-inside.js', import.meta.url));
    this.#process = fork(inside, [program, ...(oneBuffer ? ['one-buffer'] : [])], {
      execPath: 'unshare',
      execArgv: ['--net', process.execPath],
      serialization: 'advanced',
    });
    this.#last = this.#answer();
  }

  /** Runs one case at a time, each with new tables. */
  run(message: Case): Promise<Outcome> {
    const outcome = this.#last.then(() => {
      this.#process.send(message);
      return this.#answer() as Promise<Outcome>;
    });
    this.#last = outcome.catch(() => undefined);
    return outcome;
  }

  close(): void {
    this.#process.kill();
  }

  async #answer(): Promise<unknown> {
    const gone = new AbortController();
    const exit = once(this.#process, 'exit', { signal: gone.signal }).then(([code]) => {
      throw new Error(`the process of the router ended (${String(code)})`);
    });
    const message = once(this.#process, 'message').then(([answer]) => answer as unknown);
    try {
      return await Promise.race([message, exit]);
    } finally {
      gone.abort();
      exit.catch(() => undefined);
    }
  }
}
