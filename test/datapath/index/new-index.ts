// SPDX-License-Identifier: Apache-2.0
import { xtr_index_bucket_v4, xtr_index_bucket_v6 } from '#datapath/generated/layout.js';
import { EidIndex } from '#datapath/index/eid-index.js';

/** An empty index in memory that no program reads, and its buckets. The seed is constant. */
export function newIndex(family: 4 | 6, bucketCount = 8): { index: EidIndex; buckets: Uint32Array } {
  const bucketBytes = family === 4 ? xtr_index_bucket_v4.bytes : xtr_index_bucket_v6.bytes;
  const cellWords = family === 4 ? 2 : 4;
  const buckets = new Uint32Array((bucketCount * bucketBytes) / 4);
  const index = new EidIndex(family, {
    cells: new Uint32Array(bucketCount * cellWords),
    buckets,
    state: new Uint32Array(4),
    seed: Uint32Array.from({ length: 8 }, (_, i) => 0x9e3779b1 * (2 * i + 1)),
  });
  return { index, buckets };
}
