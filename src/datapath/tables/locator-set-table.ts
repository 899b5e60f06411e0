// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from '#addr/index.js';
import type { ForwardingLocator } from '#control/contract/forwarding.js';
import type { AdapterCounters } from '#datapath/adapter-counters.js';
import { TableFull } from '#datapath/data-path-error.js';
import { xtr_constants } from '#datapath/generated/layout.js';
import type { BpfMap } from '#datapath/native.js';
import { u32Codec } from '#datapath/records/codec.js';
import { type LocatorSetRecord, locatorSetCodec } from '#datapath/records/locator-set.js';
import { usableOrdinals } from './buckets.js';
import { IndexPool } from './index-pool.js';
import { LocatorSetMemory } from './locator-set-memory.js';
import type { LocatorTable } from './locator-table.js';
import { TypedMap } from './typed-map.js';

interface Entry {
  readonly index: number;
  readonly key: string;
  /** Index of the only locator that packets may use; undefined if there are several or none. */
  readonly only: number | undefined;
  readonly members: readonly ForwardingLocator[];
  /** Indexes into xtr_locators, by ordinal. */
  readonly locators: readonly number[];
  references: number;
}

/** A locator of a set, read from the kernel. */
export interface LocatorInSet extends Omit<ForwardingLocator, 'usable'> {
  readonly pathMtu_bytes?: number;
  /** It is usable, and its RLOC is up. */
  readonly up: boolean;
  /** Number of buckets that lead to it. */
  readonly buckets: number;
}

const { XTR_LOCATORS_MAX } = xtr_constants;

function keyOf(locators: readonly ForwardingLocator[]): string {
  const text = ({ source, rloc, priority, weight, usable }: ForwardingLocator): string =>
    [formatAddress(source), formatAddress(rloc), priority, weight, usable ? 'usable' : 'unusable'].join(' ');
  return locators.map(text).join(', ');
}

/**
 * The locators that fit into a set: usable ones and better priorities are preferred. The order of the record is kept.
 */
function mostUseful(locators: readonly ForwardingLocator[]): readonly ForwardingLocator[] {
  if (locators.length <= XTR_LOCATORS_MAX) return locators;
  const best = [...locators].sort((a, b) => Number(b.usable) - Number(a.usable) || a.priority - b.priority);
  const kept = new Set(best.slice(0, XTR_LOCATORS_MAX));
  return locators.filter((locator) => kept.has(locator));
}

function isSet(bits: number, ordinal: number): boolean {
  return ((bits >>> ordinal) & 1) === 1;
}

/**
 * xtr_locator_sets: mappings with equal locators share a set. The members of a set do not change while a trie refers to
 * it, so that no packet sees a partial mapping: locators are written first, then the set, then the trie. Freeing is in
 * reverse order. Buckets and status bits are updated in place when the state of an RLOC changes: one write for each
 * set, none for an EID.
 */
export class LocatorSetTable {
  readonly #map: TypedMap<number, LocatorSetRecord>;
  readonly #memory: LocatorSetMemory;
  readonly #locators: LocatorTable;
  readonly #counters: AdapterCounters;
  readonly #pool: IndexPool;
  readonly #byKey = new Map<string, Entry>();
  readonly #byIndex: (Entry | undefined)[] = [];
  /** Cache of keys: the control plane uses the same array of locators for many EIDs. */
  readonly #keys = new WeakMap<readonly ForwardingLocator[], string>();
  /** First set that was not updated since a state changed; undefined if all are up to date. */
  #unwritten: number | undefined;

  constructor(map: BpfMap, locators: LocatorTable, counters: AdapterCounters) {
    this.#map = new TypedMap(map, u32Codec, locatorSetCodec);
    this.#memory = new LocatorSetMemory(map);
    this.#locators = locators;
    this.#counters = counters;
    this.#pool = new IndexPool(map.maxEntries);
  }

  get used(): number {
    return this.#pool.used;
  }

  /** @throws TableFull */
  acquire(locators: readonly ForwardingLocator[]): number {
    const key = this.#keyOf(locators);
    const known = this.#byKey.get(key);
    if (known) {
      known.references++;
      return known.index;
    }
    const index = this.#pool.take();
    if (index === undefined) throw new TableFull('locatorSetsFull');
    const acquired: number[] = [];
    try {
      const members = mostUseful(locators);
      this.#counters.add('locatorsIgnored', locators.length - members.length);
      for (const { source, rloc } of members)
        acquired.push(this.#locators.acquire({ source, destination: rloc }));
      this.#memory.create(index, members, acquired, this.#locators.isDown);
      this.#remember(newEntry(index, key, members, acquired));
    } catch (error) {
      acquired.forEach((locator) => this.#locators.release(locator));
      this.#pool.giveBack(index);
      throw error;
    }
    return index;
  }

  #keyOf(locators: readonly ForwardingLocator[]): string {
    let key = this.#keys.get(locators);
    if (key === undefined) this.#keys.set(locators, (key = keyOf(locators)));
    return key;
  }

  release(index: number): void {
    const entry = this.#byIndex[index];
    if (entry === undefined || --entry.references > 0) return;
    this.#byIndex[index] = undefined;
    this.#memory.release(index);
    if (this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key);
    entry.locators.forEach((locator) => this.#locators.release(locator));
    this.#pool.giveBack(index);
  }

  /**
   * The only locator that packets may use; undefined if there are several or none. While its RLOC is down, its next hop
   * is not cached. Then the programs look up the set, whose buckets are empty.
   */
  onlyLocator(index: number): number | undefined {
    return this.#byIndex[index]?.only;
  }

  /** To be called after states of RLOCs have changed. Then `writeStates` must be called until it returns true. */
  statesChanged(): void {
    this.#unwritten = 0;
  }

  /**
   * Updates the sets to the states of their RLOCs. Stops when `mayGoOn` returns false.
   * @returns whether all sets are up to date
   */
  writeStates(mayGoOn: () => boolean): boolean {
    if (this.#unwritten !== undefined)
      this.#unwritten = this.#memory.follow(this.#locators.isDown, this.#unwritten, mayGoOn);
    return this.#unwritten === undefined;
  }

  /**
   * Adds a reference to the set of an earlier agent at this index. RLOCs that are down are read from its status bits.
   * @returns undefined if the set is invalid
   */
  adopt(index: number): readonly ForwardingLocator[] | undefined {
    const known = this.#byIndex[index];
    if (known) {
      known.references++;
      return known.members;
    }
    const record = this.#map.get(index);
    const members = record && this.#membersOf(record);
    if (record === undefined || members === undefined || !this.#pool.claim(index)) return undefined;
    record.members.forEach(({ locator }) => this.#locators.adopt(locator));
    members.forEach(({ rloc, usable }, i) => {
      if (usable && !isSet(record.statusBits, i)) this.#locators.setState(rloc, false);
    });
    const locators = record.members.map(({ locator }) => locator);
    this.#memory.adopt(index, members, record.statusBits);
    this.#remember(newEntry(index, keyOf(members), members, locators));
    return members;
  }

  /** Reads the set from the kernel. */
  read(index: number): readonly LocatorInSet[] | undefined {
    const record = this.#map.get(index);
    const members = record && this.#membersOf(record);
    return members?.map(({ usable, ...locator }, i) => ({
      ...locator,
      ...this.#pathMtuAt(record?.members[i]?.locator),
      up: usable && isSet(record?.statusBits ?? 0, i),
      buckets: record?.buckets.filter((bucket) => bucket === record.members[i]?.locator).length ?? 0,
    }));
  }

  #pathMtuAt(locator: number | undefined): { readonly pathMtu_bytes?: number } {
    const pathMtu_bytes = locator === undefined ? undefined : this.#locators.read(locator)?.pathMtu_bytes;
    return pathMtu_bytes === undefined ? {} : { pathMtu_bytes };
  }

  #membersOf(record: LocatorSetRecord): readonly ForwardingLocator[] | undefined {
    const members = record.members.flatMap(({ locator: index, priority, weight, usable }) => {
      const locator = this.#locators.read(index);
      return locator ? [{ rloc: locator.destination, source: locator.source, priority, weight, usable }] : [];
    });
    return members.length === record.members.length ? members : undefined;
  }

  #remember(entry: Entry): void {
    this.#byIndex[entry.index] = entry;
    this.#byKey.set(entry.key, entry);
  }
}

function newEntry(
  index: number,
  key: string,
  members: readonly ForwardingLocator[],
  locators: readonly number[],
): Entry {
  const usable = usableOrdinals(members);
  const only = usable.length === 1 ? locators[usable[0] ?? 0] : undefined;
  return { index, key, members, locators, only, references: 1 };
}
