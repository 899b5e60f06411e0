// SPDX-License-Identifier: Apache-2.0
import { xtr_caches } from '#datapath/generated/layout.js';
import type { BpfMap } from '#datapath/native.js';

/** Flows to one locator use at most this many paths of the underlay, if its routes are multipath by ports. */
const PATHS = 8;
const { offset } = xtr_caches;

/** The caches of the programs (bpf/lib/cache): their sizes and their epoch. */
export class Caches {
  readonly #words: Uint32Array;

  /**
   * @param slots of xtr_next_hops and xtr_deliveries for each CPU, a power of two
   * @param flows of xtr_flows_v4 and xtr_flows_v6 likewise
   * @param counters of xtr_mapping_counters for each CPU
   */
  constructor(map: BpfMap, slots: number, flows: number, counters: number) {
    this.#words = new Uint32Array(map.share());
    this.#words[offset.spread / 4] = PATHS - 1;
    this.#words[offset.counters / 4] = counters;
    this.#words[offset.flows / 4] = flows;
    Atomics.store(this.#words, offset.slots / 4, slots);
    this.invalidate();
  }

  /** Invalidates all cache entries. Must be called after each series of writes to tables that packets depend on. */
  invalidate(): void {
    const at = offset.epoch / 4;
    if (Atomics.add(this.#words, at, 1) === 0xffff_ffff) Atomics.add(this.#words, at, 1); // 0 means none
  }
}
