// SPDX-License-Identifier: Apache-2.0
import type { LocalEidDeleteEffect, LocalEidSetEffect, MapCacheSetEffect } from '#control/contract/effect.js';
import type { AdoptedState } from '#control/contract/inputs.js';
import type { TableEffect, TrieEffect } from '#core/ports.js';
import type { AdapterCounters } from '#datapath/adapter-counters.js';
import { TableFull } from '#datapath/data-path-error.js';
import { EidDatabase } from './eid-database.js';
import { EidTries } from './eid-tries.js';
import { localEidEntry, mappingEntry } from '#datapath/index/entries.js';
import { type Indexes, openIndexes } from '#datapath/index/open.js';
import { LocatorSetTable } from './locator-set-table.js';
import { LocatorTable } from './locator-table.js';
import { MapCache, type Refusal } from './map-cache.js';
import { MappingCounters } from './mapping-counters.js';
import { isBpfError, type MapByName } from '#datapath/native.js';
import { type LocalEidRecord, localEidCodec } from '#datapath/records/local-eid.js';
import { type MappingRecord, mappingCodec } from '#datapath/records/mapping.js';

/** The tables that effects of the control plane change. */
export class Tables {
  readonly mapCache: MapCache;
  readonly #database: EidDatabase;
  readonly #locators: LocatorTable;
  readonly #sets: LocatorSetTable;
  readonly #cacheTries: EidTries<MappingRecord>;
  readonly #databaseTries: EidTries<LocalEidRecord>;
  readonly #indexes: Indexes;
  readonly #counters: AdapterCounters;

  /** @param statusBits locator status bits sent with packets from local EIDs; undefined: none are sent */
  constructor(map: MapByName, cpus: number, statusBits: number | undefined, counters: AdapterCounters) {
    this.#counters = counters;
    this.#indexes = openIndexes(map);
    this.#locators = new LocatorTable(map('xtr_locators'), map('xtr_locator_counters'));
    this.#sets = new LocatorSetTable(map('xtr_locator_sets'), this.#locators, counters);
    this.#cacheTries = new EidTries(
      { 4: map('xtr_map_cache_v4'), 6: map('xtr_map_cache_v6') },
      this.#indexes.mapCache,
      mappingCodec,
      (mapping) => mappingEntry(mapping, (set) => this.#sets.onlyLocator(set)),
      'mapCacheFull',
    );
    this.#databaseTries = new EidTries(
      { 4: map('xtr_eid_db_v4'), 6: map('xtr_eid_db_v6') },
      this.#indexes.eidDatabase,
      localEidCodec,
      localEidEntry,
      'localEidsFull',
    );
    const mappingCounters = new MappingCounters(map('xtr_mapping_counters'), cpus);
    this.mapCache = new MapCache(this.#cacheTries, this.#sets, mappingCounters);
    this.#database = new EidDatabase(this.#databaseTries, this.#sets, statusBits);
  }

  /** Makes the programs use the indexes of the tries. */
  publish(): void {
    this.#indexes.publish();
  }

  /** Number of used entries, by map name. */
  get used(): Record<string, number> {
    return {
      ...this.#cacheTries.used,
      ...this.#databaseTries.used,
      xtr_locator_sets: this.#sets.used,
      xtr_locators: this.#locators.used,
    };
  }

  /**
   * Applies effects in order. Consecutive mappings are written in batches. States of RLOCs are stored for
   * `writeStates`.
   * @returns the refused effects: a table was full, or the kernel refused. They change nothing.
   */
  apply(effects: readonly TableEffect[]): readonly TrieEffect[] {
    const refused: TrieEffect[] = [];
    let mappings: MapCacheSetEffect[] = [];
    const setMappings = (): void => {
      for (const refusal of this.mapCache.setAll(mappings)) refused.push(this.#refuse(refusal));
      mappings = [];
    };
    for (const effect of effects) {
      if (effect.type === 'map-cache-set') {
        mappings.push(effect);
        continue;
      }
      if (effect.type === 'rloc-state') {
        if (this.#locators.setState(effect.rloc, effect.up)) this.#sets.statesChanged();
        continue;
      }
      if (effect.type === 'rloc-mtu') {
        this.#locators.setPathMtu(effect.rloc, effect.mtu_bytes);
        continue;
      }
      setMappings();
      try {
        this.#apply(effect);
      } catch (error) {
        refused.push(this.#refuse({ effect, error }));
      }
    }
    setMappings();
    return refused;
  }

  /**
   * Updates the locator-sets to the states of the RLOCs. Stops when `mayGoOn` returns false. The caller must invalidate
   * the caches.
   * @returns whether all sets are up to date
   */
  writeStates(mayGoOn: () => boolean): boolean {
    return this.#sets.writeStates(mayGoOn);
  }

  #refuse({ effect, error }: Refusal): TrieEffect {
    if (error instanceof TableFull) this.#counters.add(error.table);
    else if (isBpfError(error)) this.#counters.add('mapErrors');
    else throw error;
    this.#counters.add('effectsRefused');
    return effect;
  }

  #apply(effect: Exclude<TrieEffect, MapCacheSetEffect>): void {
    switch (effect.type) {
      case 'map-cache-delete':
        return this.mapCache.delete(effect.eid);
      case 'local-eid-set':
        return effect.entry.kind === 'local' ? this.#setLocal(effect) : this.#setNotLocal(effect);
      case 'local-eid-delete':
        return this.#deleteLocal(effect);
    }
  }

  #setLocal({ eid, entry }: LocalEidSetEffect): void {
    const wasLocal = this.mapCache.isLocal(eid);
    this.mapCache.setLocal(eid);
    try {
      this.#database.set(eid, entry);
    } catch (error) {
      if (!wasLocal) this.mapCache.deleteLocal(eid);
      throw error;
    }
  }

  #setNotLocal({ eid, entry }: LocalEidSetEffect): void {
    this.#database.set(eid, entry);
    this.mapCache.deleteLocal(eid);
  }

  #deleteLocal({ eid }: LocalEidDeleteEffect): void {
    this.mapCache.deleteLocal(eid);
    this.#database.delete(eid);
  }

  /** Adopts the entries of an earlier agent, and deletes invalid ones. */
  adopt(): AdoptedState {
    const mapCache: AdoptedState['mapCache'][number][] = [];
    const localEids: AdoptedState['localEids'][number][] = [];
    let broken = this.#cacheTries.adopt((eid, mapping) => {
      // the database decides whether the EID is local; matchLocalEids makes both agree
      if (mapping.action === 'local') return this.mapCache.adoptLocal(mapping.counter);
      const forwarding = this.mapCache.adopt(mapping);
      if (forwarding) mapCache.push({ eid, forwarding, expiresAt_ms: mapping.expiresAt_ms });
      return forwarding !== undefined;
    });
    broken += this.#databaseTries.adopt((eid, record) => {
      const entry = this.#database.adopt(eid, record);
      if (entry) localEids.push({ eid, entry });
      return entry !== undefined;
    });
    this.#counters.add('adoptedBroken', broken);
    this.#matchLocalEids(localEids);
    this.#sets.statesChanged(); // a killed agent may have written only some of the sets of an RLOC
    this.writeStates(() => true);
    const { down: rlocsDown, pathMtus } = this.#locators;
    return { mapCache, localEids, rlocsDown, ...(pathMtus.length > 0 && { pathMtus }) };
  }

  /** Makes both tries agree: a killed agent may have written only one of them. */
  #matchLocalEids(localEids: AdoptedState['localEids']): void {
    const local = localEids.filter(({ entry }) => entry.kind === 'local');
    this.mapCache.keepLocal(local.map(({ eid }) => eid));
    this.apply(local.map(({ eid, entry }) => ({ type: 'local-eid-set', eid, entry })));
  }
}
