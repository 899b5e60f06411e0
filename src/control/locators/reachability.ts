// SPDX-License-Identifier: Apache-2.0
import { type Address, formatAddress } from '#addr/index.js';
import type { Effect } from '#control/contract/effect.js';
import type { RlocReport, RlocReportSource } from '#control/contract/inputs.js';
import type { Handler, InputHandlers } from '#control/contract/machine.js';
import { type Part, report } from '#control/kit/part.js';
import type { LocatorState } from './locator-state.js';
import type { RlocReferences } from './rloc-references.js';

/**
 * An RLOC that a previous agent left as down stays down for this time, unless a source reports otherwise. It
 * is long enough for a first round of every source. Afterwards no source would report that it is up.
 */
export const RECOVERED_DOWN_ms = 60_000;
/** State changes stored for each RLOC, for `show`. Older ones are not counted. */
export const MAX_STATE_CHANGES = 32;

/** Why an RLOC is down: the reporting source, or 'recovered' if the tables had it as down at start. */
export type DownReason = RlocReportSource | 'recovered';

/** The state of an RLOC that was reported down at least once. Times are CLOCK_MONOTONIC milliseconds. */
export interface RlocState {
  readonly rloc: Address;
  readonly up: boolean;
  /** The first source that reported it down and still does; undefined if it is up. */
  readonly reason: DownReason | undefined;
  /** Times of the state changes, at most MAX_STATE_CHANGES, the latest last. */
  readonly changedAt_ms: readonly number[];
}

class TrackedRloc implements RlocState {
  readonly rloc: Address;
  /** The sources that report it down, in order. */
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
 * The states of the RLOCs of other sites (RFC 9300 section 10). Each state is stored once, no matter how many
 * mappings use the RLOC. An RLOC is up unless at least one source reports it down. Whether a mapping allows a
 * locator (R bit, priority) belongs to the mapping and is not stored here: a packet goes to a locator if both
 * allow it.
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

  /** @param references RLOCs without references have no state */
  constructor(references: RlocReferences) {
    this.#references = references;
  }

  /** Undefined if it was never down. */
  get(rloc: Address): RlocState | undefined {
    return this.#states.get(formatAddress(rloc));
  }

  /** Handles the report of a source about an RLOC. */
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
    if (source !== 'recovered') state.downBy.delete('recovered'); // any report is newer than the tables
    if (state.up === before) return;
    remember(state, now);
    const { rloc } = state;
    out.push({ type: 'rloc-state', rloc, up });
    out.push(report({ name: up ? 'rloc-up' : 'rloc-down', peer: rloc, detail }));
  }

  /**
   * The first call: takes over the RLOCs that the tables have as down. Those without references are set up
   * again.
   */
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

  /** Deletes the states of RLOCs that have lost their last reference, here and in the tables. */
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

  /**
   * Sets all recovered RLOCs up that no source has confirmed as down. It needs no limit: an RLOC costs one
   * effect.
   */
  expire(now: number, _limit: number, out: Effect[]): void {
    if (this.#recoveredUntil_ms === undefined || this.#recoveredUntil_ms > now) return;
    this.#recoveredUntil_ms = undefined;
    for (const state of this.#states.values())
      if (state.downBy.has('recovered')) this.#vote(state, 'recovered', true, now, out, 'not confirmed');
  }

  /** The locators of a mapping with the states of their RLOCs, for `show`. */
  statesOf(locators: readonly LocatorState[]): readonly LocatorState[] {
    return this.#states.size === 0 ? locators : locators.map((locator) => this.#stateOf(locator));
  }

  /** A locator that the mapping forbids keeps its state. */
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
