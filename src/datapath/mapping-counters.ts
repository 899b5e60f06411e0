// SPDX-License-Identifier: Apache-2.0
import type { EidPrefix } from '../addr/index.js';
import type { Traffic } from '../core/ports.js';
import { TableFull } from './data-path-error.js';
import { IndexPool } from './index-pool.js';
import type { BpfMap } from './native.js';
import { u32Codec } from './records/codec.js';
import { decodeTraffic } from './records/traffic.js';

/** xtr_mapping_counters: one for each prefix of the map-cache tries, zero when a prefix gets it. */
export class MappingCounters {
  readonly #map: BpfMap;
  readonly #pool: IndexPool;
  readonly #owners = new Map<number, EidPrefix>();

  constructor(map: BpfMap) {
    this.#map = map;
    this.#pool = new IndexPool(map.maxEntries);
  }

  /** @throws TableFull */
  take(owner: EidPrefix): number {
    const index = this.#pool.take();
    if (index === undefined) throw new TableFull('mapCacheFull');
    this.#map.update(u32Codec.encode(index), new Uint8Array(this.#map.valueSize));
    this.#owners.set(index, owner);
    return index;
  }

  giveBack(index: number): void {
    this.#owners.delete(index);
    this.#pool.giveBack(index);
  }

  /** False: there is no such counter, or another prefix has it. */
  adopt(index: number, owner: EidPrefix): boolean {
    const adopted = this.#pool.claim(index);
    if (adopted) this.#owners.set(index, owner);
    return adopted;
  }

  owner(index: number): EidPrefix | undefined {
    return this.#owners.get(index);
  }

  read(index: number): Traffic {
    const bytes = this.#map.lookup(u32Codec.encode(index));
    return bytes ? decodeTraffic(bytes) : { packets: 0, bytes: 0 };
  }
}
