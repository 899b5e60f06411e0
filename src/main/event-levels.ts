// SPDX-License-Identifier: Apache-2.0
import type { EventName } from '#control/contract/event.js';
import type { Log } from '#observe/index.js';

/** Events that an operator must look at. */
const WARNINGS: ReadonlySet<string> = new Set<EventName>([
  'map-register-rejected',
  'map-request-expired',
  'message-rejected',
  'table-full',
]);
/** Events that change where packets go. All others, one for each message, are for debugging. */
const CHANGES: ReadonlySet<string> = new Set<EventName>([
  'eid-learnt',
  'eid-away',
  'eid-forgotten',
  'map-register-accepted',
  'registration-withdrawn',
  'registration-expired',
  'map-cache-updated',
]);

/** Lines for one event name in one second. A scan of a prefix must not fill the log. `xtrctl events` shows all events. */
const LINES_PER_SECOND = 20;

/** Logs events at the level of their names. */
export class EventLogger {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #recent = new Map<string, { second: number; lines: number }>();

  /** @param now milliseconds */
  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** @param text called only for a line that is written */
  log(name: string, text: () => string): void {
    const level = levelOf(name);
    if (!this.#log.isLevelEnabled(level)) return; // most events, since there is one for each message
    const write = (line: string): void => this.#log[level](line);
    const leftOut = this.#leftOut(name);
    if (leftOut > 0) write(`${name}: ${leftOut} lines suppressed`);
    if (this.#allows(name)) write(text());
  }

  /** How many lines were suppressed in the last second with events of this name. */
  #leftOut(name: string): number {
    const recent = this.#recent.get(name);
    if (recent === undefined || recent.second === this.#second()) return 0;
    this.#recent.delete(name);
    return Math.max(0, recent.lines - LINES_PER_SECOND);
  }

  #allows(name: string): boolean {
    const recent = this.#recent.get(name) ?? { second: this.#second(), lines: 0 };
    recent.lines += 1;
    this.#recent.set(name, recent);
    return recent.lines <= LINES_PER_SECOND;
  }

  #second(): number {
    return Math.floor(this.#now() / 1_000);
  }
}

function levelOf(name: string): 'warn' | 'info' | 'debug' {
  return WARNINGS.has(name) ? 'warn' : CHANGES.has(name) ? 'info' : 'debug';
}
