// SPDX-License-Identifier: Apache-2.0
import { xtr_flow_cache } from './generated/layout.js';
import type { BpfMap } from './native.js';
import { u32Codec } from './records/codec.js';
import { StructBytes } from './struct-bytes.js';

const ONLY = u32Codec.encode(0);
const { bytes: size, offset } = xtr_flow_cache;

/** What the programs remember of packets that they have encapsulated (bpf/lib/flow_cache.h). */
export class FlowCache {
  readonly #map: BpfMap;
  readonly #slots: number;
  #epoch: bigint;

  /** @param flows xtr_flows: the same number of slots, a power of two, for each CPU */
  constructor(map: BpfMap, flows: BpfMap, cpus: number) {
    this.#map = map;
    this.#slots = 2 ** Math.floor(Math.log2(flows.maxEntries / cpus));
    const state = map.lookup(ONLY);
    this.#epoch = state ? new StructBytes(state).u64(offset.epoch) : 0n;
  }

  /** Makes all of it void. To be called behind the last of every series of writes that decide packets. */
  invalidate(): void {
    const state = new StructBytes(size);
    state.setU64(offset.epoch, ++this.#epoch);
    state.setU32(offset.slots, this.#slots);
    this.#map.update(ONLY, state.bytes);
  }
}
