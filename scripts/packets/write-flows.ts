// SPDX-License-Identifier: Apache-2.0
import type { BpfObject } from '#native';

/** Fills bench_flows of bpf/bench/flows.h, all of it. */
export function writeFlows(object: BpfObject, values: Uint8Array, count: number): void {
  const keys = new Uint8Array(Uint32Array.from({ length: count }, (_, i) => i).buffer);
  if (object.map('bench_flows').updateBatch(keys, values, count) !== count)
    throw new Error('the kernel took only some of the flows');
}
