// SPDX-License-Identifier: Apache-2.0
import type { Act, Judged } from '#scripts/kit/facts.js';
import { progressLine } from '#scripts/kit/say.js';
import type { FlowResult } from './traffic/flow.js';
import type { TimelineRow } from './timeline.js';

/** Counts of one node over one phase. */
export interface CountsByPhase {
  readonly phase: string;
  readonly router: string;
  readonly held: number;
  readonly released: number;
  readonly heldDropped: number;
  readonly reencapsulated: number;
  readonly smrSent: number;
  /** Other packets that went no further, by the counter's name in `show statistics`; none where nothing was counted. */
  readonly drops: Readonly<Record<string, number>>;
}

/** What `--json` writes. */
export interface Facts extends Judged {
  /** Milliseconds since the cable was pulled. */
  readonly timeline: readonly TimelineRow[];
  readonly traffic: readonly FlowResult[];
  readonly counts: readonly CountsByPhase[];
}

const FACT_WIDTH = 66;

/** Prints progress, and collects the facts that were judged. */
export class Report {
  readonly #command: string;
  readonly #acts: Act[] = [];
  timeline: readonly TimelineRow[] = [];
  traffic: readonly FlowResult[] = [];
  readonly counts: CountsByPhase[] = [];
  #closed = false;

  /** @param command the lab's, for transcripts */
  constructor(command: string) {
    this.#command = command;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Prints nothing from now on. */
  close(): void {
    this.#closed = true;
  }

  say(text: string): void {
    this.#print(progressLine(text));
  }

  act(title: string): void {
    this.#acts.push({ act: title, facts: [] });
    this.#print('');
    this.say(title);
  }

  fact(fact: string, ok: boolean, measured: string | number | boolean): void {
    const last = this.#acts.at(-1);
    if (!last) throw new Error('a fact outside an act');
    last.facts.push({ fact, ok, measured: String(measured) });
    this.#print(`        ${ok ? 'ok    ' : 'FAILED'}  ${fact.padEnd(FACT_WIDTH)}  ${measured}`);
  }

  /** A table under a title. */
  block(title: string, text: string): void {
    this.#print('');
    for (const line of `${title}\n${text}`.split('\n')) this.#print(`        ${line}`.trimEnd());
  }

  /** A command as a user would type it, and its output. */
  transcript(command: string, output: string): void {
    const lines = output.trimEnd().split('\n');
    this.#print(`\n        $ ${this.#command} exec ${command}`);
    for (const line of lines) this.#print(`        ${line}`.trimEnd());
  }

  verdict(ok: boolean): void {
    this.#print('');
    this.say(ok ? 'every act held' : 'FAILED: not every act held');
  }

  facts(): Facts {
    const acts = this.#acts;
    const ok = acts.length > 0 && acts.every(({ facts }) => facts.every((fact) => fact.ok));
    return { ok, acts, timeline: this.timeline, traffic: this.traffic, counts: this.counts };
  }

  #print(line: string): void {
    if (!this.#closed) console.log(line);
  }
}
