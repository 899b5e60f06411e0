// SPDX-License-Identifier: Apache-2.0
import type { EventName } from '#control/contract/event.js';
import type { Log } from '#observe/index.js';

/** What somebody has to look at. */
const WARNINGS: ReadonlySet<string> = new Set<EventName>([
  'map-register-rejected',
  'map-request-expired',
  'message-rejected',
  'table-full',
]);
/** What changes where packets go. Everything else, one line a message, is for debugging. */
const CHANGES: ReadonlySet<string> = new Set<EventName>([
  'eid-learnt',
  'eid-away',
  'eid-forgotten',
  'map-register-accepted',
  'registration-withdrawn',
  'registration-expired',
  'map-cache-updated',
]);

/** Lines of one event name in one second; a scan of a whole prefix must not fill the log. `xtrctl events` shows them all. */
const LINES_PER_SECOND = 20;

/** Logs events with the weight that their names have. */
export class EventLogger {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #recent = new Map<string, { second: number; lines: number }>();

  /** @param now milliseconds */
  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** @param text made only for a line that is written */
  log(name: string, text: () => string): void {
    const level = levelOf(name);
    if (!this.#log.isLevelEnabled(level)) return; // most of them, as there is one for each message
    const write = (line: string): void => this.#log[level](line);
    const leftOut = this.#leftOut(name);
    if (leftOut > 0) write(`${name}: ${leftOut} lines suppressed`);
    if (this.#allows(name)) write(text());
  }

  /** How many lines of a second that is over were not written. */
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
