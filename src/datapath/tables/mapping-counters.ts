// SPDX-License-Identifier: Apache-2.0
import type { Traffic } from '#core/ports.js';
import { TableFull } from '#datapath/data-path-error.js';
import { xtr_traffic } from '#datapath/generated/layout.js';
import { IndexPool } from './index-pool.js';
import type { BpfMap } from '#datapath/native.js';

const WORDS = xtr_traffic.bytes / 8;
const PACKETS_AT = xtr_traffic.offset.packets / 8;
const BYTES_AT = xtr_traffic.offset.bytes / 8;

/** xtr_mapping_counters: one counter for each prefix of the map-cache tries, set to zero when it is allocated. */
export class MappingCounters {
  /** Number of counters. */
  readonly size: number;
  readonly #cpus: number;
  readonly #words: BigUint64Array;
  readonly #pool: IndexPool;

  constructor(map: BpfMap, cpus: number) {
    this.size = map.maxEntries / cpus;
    this.#cpus = cpus;
    this.#words = new BigUint64Array(map.share());
    this.#pool = new IndexPool(this.size);
  }

  /** @throws TableFull */
  take(): number {
    const index = this.#pool.take();
    if (index === undefined) throw new TableFull('mapCacheFull');
    for (let cpu = 0; cpu < this.#cpus; cpu++)
      this.#words.fill(0n, this.#at(index, cpu), this.#at(index, cpu) + WORDS);
    return index;
  }

  giveBack(index: number): void {
    this.#pool.giveBack(index);
  }

  /** @returns false if the index is out of range or in use */
  adopt(index: number): boolean {
    return this.#pool.claim(index);
  }

  read(index: number): Traffic {
    let [packets, bytes] = [0n, 0n];
    for (let cpu = 0; cpu < this.#cpus; cpu++) {
      packets += this.#words[this.#at(index, cpu) + PACKETS_AT] ?? 0n;
      bytes += this.#words[this.#at(index, cpu) + BYTES_AT] ?? 0n;
    }
    return { packets: Number(packets), bytes: Number(bytes) };
  }

  #at(index: number, cpu: number): number {
    return (cpu * this.size + index) * WORDS;
  }
}
