// SPDX-License-Identifier: Apache-2.0
import type { EidPrefix } from '#addr/index.js';
import type { MapCacheSetEffect } from '#control/contract/effect.js';
import type { Forwarding } from '#control/contract/forwarding.js';
import type { ForwardingState, Traffic, TrieEffect } from '#core/ports.js';
import type { EidTries } from './eid-tries.js';
import { xtr_constants } from '#datapath/generated/layout.js';
import type { LocatorSetTable } from './locator-set-table.js';
import type { MappingCounters } from './mapping-counters.js';
import type { MappingRecord } from '#datapath/records/mapping.js';
import { type Staged, TRIE_BATCH } from './trie-batch.js';

/** Instead of the index of a locator-set: no mapping, or a mapping that does not encapsulate. */
const NO_MAPPING = 0xffff_ffff;
const NO_SET = 0xffff_fffe;

/** An effect that failed. */
export interface Refusal {
  readonly effect: TrieEffect;
  readonly error: unknown;
}

interface Staging {
  readonly effect: MapCacheSetEffect;
  readonly mapping: MappingRecord;
  readonly staged: Staged<MappingRecord>;
}

/**
 * The tries for packets from EIDs. They also contain the local EIDs, so that one lookup finds the longest match of
 * both. A local EID hides a mapping of the same prefix while it exists. Prefixes are identified by the index of their
 * counter, which is the value in the index of the trie. This saves memory: there may be a million prefixes.
 */
export class MapCache {
  readonly #tries: EidTries<MappingRecord>;
  readonly #sets: LocatorSetTable;
  readonly #counters: MappingCounters;
  /** By counter: the locator-set of the mapping. */
  readonly #setOf: Uint32Array;
  /** Local EIDs by counter, each with the mapping that it hides. */
  readonly #local = new Map<number, MappingRecord | undefined>();

  constructor(tries: EidTries<MappingRecord>, sets: LocatorSetTable, counters: MappingCounters) {
    this.#tries = tries;
    this.#sets = sets;
    this.#counters = counters;
    this.#setOf = new Uint32Array(counters.size).fill(NO_MAPPING);
  }

  /**
   * Adds or replaces mappings.
   * @returns the refused ones with their errors: a table was full, or the kernel refused. They change nothing.
   */
  setAll(settings: readonly MapCacheSetEffect[]): readonly Refusal[] {
    const refusals: Refusal[] = [];
    const staging = new Map<number, Staging>();
    const write = (): void => {
      this.#tries.writeStaged();
      for (const staged of staging.values()) this.#settle(staged, refusals);
      staging.clear();
    };
    for (const setting of settings) {
      const known = this.#tries.indexed(setting.eid);
      if (staging.size === TRIE_BATCH || (known !== undefined && staging.has(known))) write();
      let error = this.#stage(setting, staging);
      if (error !== undefined && staging.size > 0) {
        write(); // frees the counters and locator-sets of replaced mappings
        error = this.#stage(setting, staging);
      }
      if (error !== undefined) refusals.push({ effect: setting, error });
    }
    write();
    return refusals;
  }

  /** Stages the mapping, unless a local EID hides it. @returns the error if that fails */
  #stage(effect: MapCacheSetEffect, staging: Map<number, Staging>): unknown {
    const { eid, forwarding, expiresAt_ms } = effect;
    const { action } = forwarding;
    let [counter, locatorSet]: (number | undefined)[] = [];
    try {
      counter = this.#tries.indexed(eid) ?? this.#counters.take();
      locatorSet = action === 'encapsulate' ? this.#sets.acquire(forwarding.locators) : undefined;
      const mapping: MappingRecord = { action, locatorSet, counter, expiresAt_ms };
      if (this.#local.has(counter)) {
        this.#local.set(counter, mapping);
        this.#refer(counter, locatorSet ?? NO_SET);
      } else {
        staging.set(counter, { effect, mapping, staged: this.#tries.stage(eid, mapping) });
      }
      return undefined;
    } catch (error) {
      if (locatorSet !== undefined) this.#sets.release(locatorSet);
      if (counter !== undefined) this.#giveBackIfEmpty(counter);
      return error;
    }
  }

  #settle(
    { effect, mapping: { counter, locatorSet }, staged: { error } }: Staging,
    refusals: Refusal[],
  ): void {
    if (error === undefined) {
      this.#refer(counter, locatorSet ?? NO_SET);
      return;
    }
    if (locatorSet !== undefined) this.#sets.release(locatorSet);
    this.#giveBackIfEmpty(counter);
    refusals.push({ effect, error });
  }

  delete(eid: EidPrefix): void {
    const counter = this.#tries.indexed(eid);
    if (counter === undefined || this.#setOf[counter] === NO_MAPPING) return;
    if (this.#local.has(counter)) this.#local.set(counter, undefined);
    else this.#tries.delete(eid);
    this.#refer(counter, NO_MAPPING);
    this.#giveBackIfEmpty(counter);
  }

  /** @throws TableFull; then nothing is changed */
  setLocal(eid: EidPrefix): void {
    this.#change(eid, (counter) => {
      if (this.#local.has(counter)) return;
      const hidden = this.#setOf[counter] === NO_MAPPING ? undefined : this.#tries.get(eid);
      this.#tries.set(eid, { action: 'local', locatorSet: undefined, counter, expiresAt_ms: undefined });
      this.#local.set(counter, hidden);
    });
  }

  /** Deletes a local EID, and restores the mapping that it has hidden. */
  deleteLocal(eid: EidPrefix): void {
    const counter = this.#tries.indexed(eid);
    if (counter === undefined || !this.#local.has(counter)) return;
    const hidden = this.#local.get(counter);
    if (hidden) this.#tries.set(eid, hidden);
    else this.#tries.delete(eid);
    this.#local.delete(counter);
    this.#giveBackIfEmpty(counter);
  }

  isLocal(eid: EidPrefix): boolean {
    const counter = this.#tries.indexed(eid);
    return counter !== undefined && this.#local.has(counter);
  }

  traffic(eid: EidPrefix): Traffic {
    const counter = this.#tries.indexed(eid);
    return counter === undefined ? { packets: 0, bytes: 0 } : this.#counters.read(counter);
  }

  /** Reads from the kernel how packets to this prefix are forwarded. */
  lookup(eid: EidPrefix): ForwardingState | undefined {
    const cover = this.#tries.longestCover(eid);
    if (cover === undefined) return undefined;
    const { action, locatorSet, counter } = cover.value;
    const members = locatorSet === undefined ? [] : (this.#sets.read(locatorSet) ?? []);
    return {
      eid: cover.prefix,
      action,
      traffic: this.#counters.read(counter),
      locators: members.map(({ buckets, ...locator }) => ({
        ...locator,
        share: buckets / xtr_constants.XTR_BUCKETS,
      })),
    };
  }

  /** Adopts a mapping of an earlier agent. @returns undefined if it is invalid */
  adopt(mapping: MappingRecord): Forwarding | undefined {
    if (mapping.action === 'local') return undefined;
    let forwarding: Forwarding;
    if (mapping.action === 'encapsulate') {
      const locators = mapping.locatorSet === undefined ? undefined : this.#sets.adopt(mapping.locatorSet);
      if (locators === undefined) return undefined;
      forwarding = { action: 'encapsulate', locators };
    } else {
      forwarding = { action: mapping.action };
    }
    if (!this.#counters.adopt(mapping.counter)) {
      if (mapping.locatorSet !== undefined) this.#sets.release(mapping.locatorSet);
      return undefined;
    }
    this.#setOf[mapping.counter] = mapping.locatorSet ?? NO_SET;
    return forwarding;
  }

  /** Adopts a local EID of an earlier agent. @returns false if it is invalid */
  adoptLocal(counter: number): boolean {
    if (!this.#counters.adopt(counter)) return false;
    this.#local.set(counter, undefined);
    return true;
  }

  /** After adoption: deletes all other local EIDs. */
  keepLocal(eids: readonly EidPrefix[]): void {
    const kept = new Set(eids.map((eid) => this.#tries.indexed(eid)));
    const gone = new Set([...this.#local.keys()].filter((counter) => !kept.has(counter)));
    if (gone.size === 0) return;
    for (const [eid, counter] of [...this.#tries.entries()]) if (gone.has(counter)) this.deleteLocal(eid);
  }

  /** Calls `change` with the counter of this prefix. Allocates one if the prefix has none. */
  #change(eid: EidPrefix, change: (counter: number) => void): void {
    const counter = this.#tries.indexed(eid) ?? this.#counters.take();
    try {
      change(counter);
    } finally {
      this.#giveBackIfEmpty(counter);
    }
  }

  #refer(counter: number, set: number): void {
    const before = this.#setOf[counter] ?? NO_MAPPING;
    this.#setOf[counter] = set;
    if (before < NO_SET) this.#sets.release(before);
  }

  #giveBackIfEmpty(counter: number): void {
    if (this.#setOf[counter] === NO_MAPPING && !this.#local.has(counter)) this.#counters.giveBack(counter);
  }
}
