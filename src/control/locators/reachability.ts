// SPDX-License-Identifier: Apache-2.0
import { type Address, formatAddress } from '#addr/index.js';
import type { Effect } from '#control/contract/effect.js';
import type { RlocReport, RlocReportSource } from '#control/contract/inputs.js';
import type { Handler, InputHandlers } from '#control/contract/machine.js';
import { type Part, report } from '#control/kit/part.js';
import type { LocatorState } from './locator-state.js';
import type { RlocReferences } from './rloc-references.js';

/**
 * An RLOC that an earlier agent left as down stays so for this long, unless somebody says otherwise: long enough for a
 * first round of every source. Behind it nobody would be left to say that it is up.
 */
export const RECOVERED_DOWN_ms = 60_000;
/** Changes remembered of an RLOC, for `show`; older ones are no longer counted. */
export const MAX_STATE_CHANGES = 32;

/** Why an RLOC is down: the source that says so, or 'recovered', found in the tables at start. */
export type DownReason = RlocReportSource | 'recovered';

/** What is known of an RLOC that was ever reported down. Times are CLOCK_MONOTONIC milliseconds. */
export interface RlocState {
  readonly rloc: Address;
  readonly up: boolean;
  /** Who said first that it is down, and still does; undefined: it is up. */
  readonly reason: DownReason | undefined;
  /** When the state changed, at most MAX_STATE_CHANGES, the last one at the end. */
  readonly changedAt_ms: readonly number[];
}

class TrackedRloc implements RlocState {
  readonly rloc: Address;
  /** Those who say that it is down, the first one first. */
  readonly downBy = new Set<DownReason>();
  readonly changedAt_ms: number[] = [];

  constructor(rloc: Address) {
    this.rloc = rloc;
  }

  get up(): boolean {
    return this.downBy.size === 0;
  }

  get reason(): DownReason | undefined {
    return this.downBy.values().next().value;
  }
}

/**
 * The states of the RLOCs of other sites (RFC 9300 section 10), each in one place however many mappings have it as a
 * locator. An RLOC is up until a source says that it is down, and again when no source says so any more. Whether a
 * mapping lets a locator be used (R bit, priority) belongs to the mapping and is not known here: a packet goes to a
 * locator when both allow it.
 */
export class Reachability implements Part, Handler {
  readonly inputs: InputHandlers = {
    'rloc-reported': ({ report: found }, now, out) => {
      this.reported(found, now, out);
    },
  };
  readonly #states = new Map<string, TrackedRloc>();
  readonly #references: RlocReferences;
  #recoveredUntil_ms: number | undefined;

  /** @param references what nobody uses has no state */
  constructor(references: RlocReferences) {
    this.#references = references;
  }

  /** Undefined: it was never down. */
  get(rloc: Address): RlocState | undefined {
    return this.#states.get(formatAddress(rloc));
  }

  /** A source has found out, or confirms, what it thinks of an RLOC. */
  reported({ rloc, source, up, detail }: RlocReport, now: number, out: Effect[]): void {
    const key = formatAddress(rloc);
    if (!this.#references.has(rloc)) return;
    const known = this.#states.get(key);
    if (up && known === undefined) return;
    const state = known ?? new TrackedRloc(rloc);
    if (known === undefined) this.#states.set(key, state);
    this.#vote(state, source, up, now, out, detail);
  }

  #vote(
    state: TrackedRloc,
    source: DownReason,
    up: boolean,
    now: number,
    out: Effect[],
    detail: string = source,
  ): void {
    const before = state.up;
    if (up) state.downBy.delete(source);
    else state.downBy.add(source);
    if (source !== 'recovered') state.downBy.delete('recovered'); // whoever speaks now knows better
    if (state.up === before) return;
    remember(state, now);
    const { rloc } = state;
    out.push({ type: 'rloc-state', rloc, up });
    out.push(report({ name: up ? 'rloc-up' : 'rloc-down', peer: rloc, detail }));
  }

  /** The first call. The tables have these as down; those that nobody uses are of no interest any more. */
  recover(rlocs: readonly Address[], now: number, out: Effect[]): void {
    for (const rloc of rlocs) {
      if (!this.#references.has(rloc)) {
        out.push({ type: 'rloc-state', rloc, up: true });
        continue;
      }
      const state = new TrackedRloc(rloc);
      state.downBy.add('recovered');
      remember(state, now);
      this.#states.set(formatAddress(rloc), state);
      this.#recoveredUntil_ms = now + RECOVERED_DOWN_ms;
    }
  }

  /** RLOCs may have lost their last user: what was known of them is forgotten, here and in the tables. */
  forgetUnused(out: Effect[]): void {
    for (const [key, { rloc, up }] of this.#states) {
      if (this.#references.has(rloc)) continue;
      this.#states.delete(key);
      if (!up) out.push({ type: 'rloc-state', rloc, up: true });
    }
  }

  nextDeadline(): number | undefined {
    return this.#recoveredUntil_ms;
  }

  /** All that nobody has confirmed is up: at once, since what an RLOC costs here is one effect. */
  expire(now: number, _limit: number, out: Effect[]): void {
    if (this.#recoveredUntil_ms === undefined || this.#recoveredUntil_ms > now) return;
    this.#recoveredUntil_ms = undefined;
    for (const state of this.#states.values())
      if (state.downBy.has('recovered')) this.#vote(state, 'recovered', true, now, out, 'not confirmed');
  }

  /** Locators of a mapping with the states of their RLOCs, as people see them. */
  statesOf(locators: readonly LocatorState[]): readonly LocatorState[] {
    return this.#states.size === 0 ? locators : locators.map((locator) => this.#stateOf(locator));
  }

  /** What the mapping itself forbids stays as the mapping says. */
  #stateOf(locator: LocatorState): LocatorState {
    const rloc = this.get(locator.rloc);
    if (rloc === undefined || locator.state !== 'up') return locator;
    const changes = rloc.changedAt_ms.filter((at_ms) => at_ms >= locator.since_ms);
    return {
      ...locator,
      state: rloc.up ? 'up' : 'down',
      stateChanges: locator.stateChanges + changes.length,
      lastStateChange_ms: Math.max(locator.lastStateChange_ms, changes.at(-1) ?? 0),
    };
  }
}

function remember({ changedAt_ms }: TrackedRloc, now: number): void {
  changedAt_ms.push(now);
  if (changedAt_ms.length > MAX_STATE_CHANGES) changedAt_ms.shift();
}
