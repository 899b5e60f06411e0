// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, formatEidPrefix } from '../addr/index.js';
import type { Forwarding } from '../control/effect.js';
import type { ForwardingState, Traffic } from '../core/ports.js';
import type { EidTries } from './eid-tries.js';
import { xtr_constants } from './generated/layout.js';
import type { LocatorSetTable } from './locator-set-table.js';
import type { MappingCounters } from './mapping-counters.js';
import type { MappingRecord } from './records/mapping.js';

interface Entry {
  readonly eid: EidPrefix;
  readonly counter: number;
  /** What the map-cache says; hidden while the EID is local. */
  mapping: MappingRecord | undefined;
  local: boolean;
}

/**
 * The tries that decide packets from EIDs. They hold the local EIDs too, so that one lookup finds the longest match of
 * both; a local EID hides a mapping of the same prefix for as long as it is there.
 */
export class MapCache {
  readonly #tries: EidTries<MappingRecord>;
  readonly #sets: LocatorSetTable;
  readonly #counters: MappingCounters;
  readonly #entries = new Map<string, Entry>();

  constructor(tries: EidTries<MappingRecord>, sets: LocatorSetTable, counters: MappingCounters) {
    this.#tries = tries;
    this.#sets = sets;
    this.#counters = counters;
  }

  /** @throws TableFull, with everything as it was */
  set(eid: EidPrefix, forwarding: Forwarding, expiresAt_ms: number | undefined): void {
    this.#change(eid, (entry) => {
      const { action } = forwarding;
      const locatorSet = action === 'encapsulate' ? this.#sets.acquire(forwarding.locators) : undefined;
      const mapping: MappingRecord = { action, locatorSet, counter: entry.counter, expiresAt_ms };
      try {
        if (!entry.local) this.#tries.set(eid, mapping);
      } catch (error) {
        this.#releaseSet(mapping);
        throw error;
      }
      const before = entry.mapping;
      entry.mapping = mapping;
      this.#releaseSet(before);
    });
  }

  delete(eid: EidPrefix): void {
    const entry = this.#entries.get(formatEidPrefix(eid));
    if (entry?.mapping === undefined) return;
    if (!entry.local) this.#tries.delete(eid);
    this.#releaseSet(entry.mapping);
    entry.mapping = undefined;
    this.#forgetIfEmpty(entry);
  }

  /** @throws TableFull, with everything as it was */
  setLocal(eid: EidPrefix): void {
    this.#change(eid, (entry) => {
      if (entry.local) return;
      const { counter } = entry;
      this.#tries.set(eid, { action: 'local', locatorSet: undefined, counter, expiresAt_ms: undefined });
      entry.local = true;
    });
  }

  /** The mapping that was hidden, if there is one, comes back. */
  deleteLocal(eid: EidPrefix): void {
    const entry = this.#entries.get(formatEidPrefix(eid));
    if (!entry?.local) return;
    if (entry.mapping) this.#tries.set(eid, entry.mapping);
    else this.#tries.delete(eid);
    entry.local = false;
    this.#forgetIfEmpty(entry);
  }

  isLocal(eid: EidPrefix): boolean {
    return this.#entries.get(formatEidPrefix(eid))?.local ?? false;
  }

  traffic(eid: EidPrefix): Traffic {
    const entry = this.#entries.get(formatEidPrefix(eid));
    return entry ? this.#counters.read(entry.counter) : { packets: 0, bytes: 0 };
  }

  /** What the kernel has for packets to this prefix. */
  lookup(eid: EidPrefix): ForwardingState | undefined {
    const mapping = this.#tries.longestCover(eid);
    // the trie gives the value of the longest match, not its prefix: the counter is of that prefix alone
    const prefix = mapping && this.#counters.owner(mapping.counter);
    if (mapping === undefined || prefix === undefined) return undefined;
    const members = mapping.locatorSet === undefined ? [] : (this.#sets.read(mapping.locatorSet) ?? []);
    return {
      eid: prefix,
      action: mapping.action,
      traffic: this.#counters.read(mapping.counter),
      locators: members.map(({ buckets, ...locator }) => ({
        ...locator,
        share: buckets / xtr_constants.XTR_BUCKETS,
      })),
    };
  }

  /** Takes over what an earlier agent left; undefined when it makes no sense. */
  adopt(eid: EidPrefix, mapping: MappingRecord): Forwarding | undefined {
    if (mapping.action === 'local') return undefined;
    let forwarding: Forwarding;
    if (mapping.action === 'encapsulate') {
      const locators = mapping.locatorSet === undefined ? undefined : this.#sets.adopt(mapping.locatorSet);
      if (locators === undefined) return undefined;
      forwarding = { action: 'encapsulate', locators };
    } else {
      forwarding = { action: mapping.action };
    }
    if (!this.#counters.adopt(mapping.counter, eid)) {
      this.#releaseSet(mapping);
      return undefined;
    }
    this.#entries.set(formatEidPrefix(eid), { eid, counter: mapping.counter, mapping, local: false });
    return forwarding;
  }

  /** The same for a local EID. */
  adoptLocal(eid: EidPrefix, counter: number): boolean {
    if (!this.#counters.adopt(counter, eid)) return false;
    this.#entries.set(formatEidPrefix(eid), { eid, counter, mapping: undefined, local: true });
    return true;
  }

  /** After adoption: local EIDs that are none of these go. */
  keepLocal(eids: readonly EidPrefix[]): void {
    const kept = new Set(eids.map(formatEidPrefix));
    const gone = [...this.#entries].filter(([key, { local }]) => local && !kept.has(key));
    for (const [, { eid }] of gone) this.deleteLocal(eid);
  }

  /** Runs `change` on the entry of this prefix, made for it if need be. */
  #change(eid: EidPrefix, change: (entry: Entry) => void): void {
    const key = formatEidPrefix(eid);
    const entry = this.#entries.get(key) ?? {
      eid,
      counter: this.#counters.take(eid),
      mapping: undefined,
      local: false,
    };
    this.#entries.set(key, entry);
    try {
      change(entry);
    } finally {
      this.#forgetIfEmpty(entry);
    }
  }

  #forgetIfEmpty(entry: Entry): void {
    if (entry.mapping !== undefined || entry.local) return;
    this.#entries.delete(formatEidPrefix(entry.eid));
    this.#counters.giveBack(entry.counter);
  }

  #releaseSet(mapping: MappingRecord | undefined): void {
    if (mapping?.locatorSet !== undefined) this.#sets.release(mapping.locatorSet);
  }
}
