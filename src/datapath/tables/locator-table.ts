// SPDX-License-Identifier: Apache-2.0
import { type Address, formatAddress, parseAddress } from '#addr/index.js';
import { TableFull } from '#datapath/data-path-error.js';
import { IndexPool } from './index-pool.js';
import type { BpfMap } from '#datapath/native.js';
import { u32Codec } from '#datapath/records/codec.js';
import { type LocatorRecord, locatorCodec } from '#datapath/records/locator.js';
import { TypedMap } from './typed-map.js';

interface Entry {
  readonly index: number;
  readonly key: string;
  readonly locator: LocatorRecord;
  references: number;
}

function keyOf({ source, destination }: LocatorRecord): string {
  return `${formatAddress(source)}>${formatAddress(destination)}`;
}

/**
 * xtr_locators: one entry for each pair of source and destination RLOC, while a locator-set uses it. Also the only
 * place that stores which RLOCs are down. This includes RLOCs that no locator uses.
 */
export class LocatorTable {
  readonly #map: TypedMap<number, LocatorRecord>;
  readonly #counters: BpfMap;
  readonly #pool: IndexPool;
  readonly #byKey = new Map<string, Entry>();
  readonly #byIndex = new Map<number, Entry>();
  /** Indexes by the text of the destination. */
  readonly #byRloc = new Map<string, Set<number>>();
  readonly #down = new Set<string>();
  readonly #isDown: Uint8Array;
  /** By the text of the RLOC, used or not. */
  readonly #pathMtus = new Map<string, number>();

  constructor(locators: BpfMap, counters: BpfMap) {
    this.#map = new TypedMap(locators, u32Codec, locatorCodec);
    this.#counters = counters;
    this.#pool = new IndexPool(locators.maxEntries);
    this.#isDown = new Uint8Array(locators.maxEntries);
  }

  get used(): number {
    return this.#pool.used;
  }

  /** RLOCs that are down. */
  get down(): readonly Address[] {
    return [...this.#down].map(parseAddress);
  }

  /** By index: 1 if the destination is down, else 0. */
  get isDown(): Readonly<Uint8Array> {
    return this.#isDown;
  }

  /** @returns whether the state has changed; then the caller must update the locator-sets */
  setState(rloc: Address, up: boolean): boolean {
    const text = formatAddress(rloc);
    if (this.#down.has(text) !== up) return false;
    if (up) this.#down.delete(text);
    else this.#down.add(text);
    for (const index of this.#byRloc.get(text) ?? []) this.#isDown[index] = up ? 0 : 1;
    return true;
  }

  /** Path MTUs that are known. */
  get pathMtus(): readonly { readonly rloc: Address; readonly mtu_bytes: number }[] {
    return [...this.#pathMtus].map(([text, mtu_bytes]) => ({ rloc: parseAddress(text), mtu_bytes }));
  }

  /** Of outer packets to this RLOC; undefined: as big as the link lets. */
  setPathMtu(rloc: Address, mtu_bytes: number | undefined): void {
    const text = formatAddress(rloc);
    if (mtu_bytes === undefined) this.#pathMtus.delete(text);
    else this.#pathMtus.set(text, mtu_bytes);
    for (const index of this.#byRloc.get(text) ?? []) {
      const entry = this.#byIndex.get(index);
      if (entry !== undefined) this.#map.set(index, { ...entry.locator, pathMtu_bytes: mtu_bytes });
    }
  }

  /** @throws TableFull */
  acquire(locator: LocatorRecord): number {
    const known = this.#byKey.get(keyOf(locator));
    if (known) {
      known.references++;
      return known.index;
    }
    const index = this.#pool.take();
    if (index === undefined) throw new TableFull('locatorsFull');
    this.#counters.update(u32Codec.encode(index), new Uint8Array(this.#counters.valueSize));
    this.#map.set(index, {
      ...locator,
      pathMtu_bytes: this.#pathMtus.get(formatAddress(locator.destination)),
    });
    this.#remember(index, locator);
    return index;
  }

  release(index: number): void {
    const entry = this.#byIndex.get(index);
    if (entry === undefined || --entry.references > 0) return;
    this.#byIndex.delete(index);
    if (this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key);
    const text = formatAddress(entry.locator.destination);
    const others = this.#byRloc.get(text);
    others?.delete(index);
    if (others?.size === 0) this.#byRloc.delete(text);
    this.#pool.giveBack(index);
  }

  /** Adds a reference to the locator of an earlier agent at this index. @returns undefined if it is invalid */
  adopt(index: number): LocatorRecord | undefined {
    const known = this.#byIndex.get(index);
    if (known) {
      known.references++;
      return known.locator;
    }
    const locator = this.#map.get(index);
    if (locator === undefined || !this.#pool.claim(index)) return undefined;
    const { source, destination, pathMtu_bytes } = locator;
    if (pathMtu_bytes !== undefined) this.#pathMtus.set(formatAddress(destination), pathMtu_bytes);
    this.#remember(index, { source, destination });
    return locator;
  }

  /** Reads the locator from the kernel. */
  read(index: number): LocatorRecord | undefined {
    return this.#map.get(index);
  }

  #remember(index: number, locator: LocatorRecord): void {
    const entry: Entry = { index, key: keyOf(locator), locator, references: 1 };
    const text = formatAddress(locator.destination);
    this.#isDown[index] = this.#down.has(text) ? 1 : 0;
    const others = this.#byRloc.get(text);
    if (others) others.add(index);
    else this.#byRloc.set(text, new Set([index]));
    this.#byIndex.set(index, entry);
    this.#byKey.set(entry.key, entry);
  }
}
