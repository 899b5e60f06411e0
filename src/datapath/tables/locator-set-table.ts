// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from '#addr/index.js';
import type { ForwardingLocator } from '#control/contract/forwarding.js';
import type { AdapterCounters } from '#datapath/adapter-counters.js';
import { spread } from './buckets.js';
import { TableFull } from '#datapath/data-path-error.js';
import { xtr_constants } from '#datapath/generated/layout.js';
import { IndexPool } from './index-pool.js';
import type { LocatorTable } from './locator-table.js';
import type { BpfMap } from '#datapath/native.js';
import { u32Codec } from '#datapath/records/codec.js';
import { type LocatorSetRecord, locatorSetCodec } from '#datapath/records/locator-set.js';
import { TypedMap } from './typed-map.js';

interface Entry {
  readonly index: number;
  readonly key: string;
  readonly record: LocatorSetRecord;
  /** The locator that all packets go to; undefined: there are more of them, or none. */
  readonly only: number | undefined;
  references: number;
}

const { XTR_BUCKETS, XTR_LOCATORS_MAX } = xtr_constants;
/** A record may have 255 locators; status bits are 32 (RFC 9300 section 5.1). */
const STATUS_BITS = 32;

function keyOf(locators: readonly ForwardingLocator[]): string {
  const text = ({ source, rloc, priority, weight, up }: ForwardingLocator): string =>
    [formatAddress(source), formatAddress(rloc), priority, weight, up ? 'up' : 'down'].join(' ');
  return locators.map(text).join(', ');
}

function statusBitsOf(locators: readonly ForwardingLocator[]): number {
  return locators.slice(0, STATUS_BITS).reduce((bits, { up }, i) => (up ? bits | (1 << i) : bits), 0) >>> 0;
}

/** As many as a set holds: those that may carry packets first, then the order of the record again. */
function mostUseful(locators: readonly ForwardingLocator[]): readonly ForwardingLocator[] {
  if (locators.length <= XTR_LOCATORS_MAX) return locators;
  const best = [...locators].sort((a, b) => Number(b.up) - Number(a.up) || a.priority - b.priority);
  const kept = new Set(best.slice(0, XTR_LOCATORS_MAX));
  return locators.filter((locator) => kept.has(locator));
}

/**
 * xtr_locator_sets: each content once, however many EIDs have it, and never changed while a trie points to it. So no
 * packet meets half a change: locators are written first, then the set, then the trie; all are freed in reverse.
 */
export class LocatorSetTable {
  readonly #map: TypedMap<number, LocatorSetRecord>;
  readonly #locators: LocatorTable;
  readonly #counters: AdapterCounters;
  readonly #pool: IndexPool;
  readonly #byKey = new Map<string, Entry>();
  readonly #byIndex = new Map<number, Entry>();
  /** The control plane hands out the same locators for many EIDs. */
  readonly #keys = new WeakMap<readonly ForwardingLocator[], string>();

  constructor(map: BpfMap, locators: LocatorTable, counters: AdapterCounters) {
    this.#map = new TypedMap(map, u32Codec, locatorSetCodec);
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
      const record = this.#build(locators, acquired);
      this.#map.set(index, record);
      this.#remember(index, key, record);
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

  #build(locators: readonly ForwardingLocator[], acquired: number[]): LocatorSetRecord {
    const kept = mostUseful(locators);
    this.#counters.add('locatorsIgnored', locators.length - kept.length);
    for (const { source, rloc } of kept) acquired.push(this.#locators.acquire({ source, destination: rloc }));
    return {
      buckets: spread(kept, XTR_BUCKETS).map((ordinal) =>
        ordinal === undefined ? undefined : acquired[ordinal],
      ),
      statusBits: statusBitsOf(locators),
      members: kept.map(({ priority, weight, up }, i) => ({
        locator: acquired[i] ?? 0,
        priority,
        weight,
        up,
      })),
    };
  }

  release(index: number): void {
    const entry = this.#byIndex.get(index);
    if (entry === undefined || --entry.references > 0) return;
    this.#byIndex.delete(index);
    if (this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key);
    entry.record.members.forEach(({ locator }) => this.#locators.release(locator));
    this.#pool.giveBack(index);
  }

  /** The one locator that all packets go to; undefined: there are more of them, or none. */
  onlyLocator(index: number): number | undefined {
    return this.#byIndex.get(index)?.only;
  }

  /** One more reference to what an earlier agent left at this index; undefined when it makes no sense. */
  adopt(index: number): readonly ForwardingLocator[] | undefined {
    const known = this.#byIndex.get(index);
    const record = known?.record ?? this.#map.get(index);
    if (record === undefined) return undefined;
    const locators = this.#read(record);
    if (locators === undefined) return undefined;
    if (known) known.references++;
    else if (this.#pool.claim(index)) this.#remember(index, keyOf(locators), record);
    else return undefined;
    if (!known) record.members.forEach(({ locator }) => this.#locators.adopt(locator));
    return locators;
  }

  /** As the kernel has it: its locators, and the buckets that each of them has. */
  read(index: number): readonly (ForwardingLocator & { readonly buckets: number })[] | undefined {
    const record = this.#map.get(index);
    const locators = record && this.#read(record);
    return locators?.map((locator, i) => ({
      ...locator,
      buckets: record?.buckets.filter((bucket) => bucket === record.members[i]?.locator).length ?? 0,
    }));
  }

  #read(record: LocatorSetRecord): readonly ForwardingLocator[] | undefined {
    const locators = record.members.flatMap(({ locator: index, priority, weight, up }) => {
      const locator = this.#locators.read(index);
      return locator ? [{ rloc: locator.destination, source: locator.source, priority, weight, up }] : [];
    });
    return locators.length === record.members.length ? locators : undefined;
  }

  #remember(index: number, key: string, record: LocatorSetRecord): void {
    const [first, ...others] = record.buckets;
    const only = others.every((locator) => locator === first) ? first : undefined;
    const entry: Entry = { index, key, record, only, references: 1 };
    this.#byIndex.set(index, entry);
    this.#byKey.set(key, entry);
  }
}
