// SPDX-License-Identifier: Apache-2.0
// The index against a simple model: the longest match of an address, while prefixes are added and deleted.
import test from 'ava';
import fc from 'fast-check';
import { type EidPrefix, formatEidPrefix, maskedPrefix, prefixHoldsPrefix } from '#addr/index.js';
import { askTrie } from '#datapath/index/eid-index.js';
import { xtr_index_constants, xtr_index_slot_v4 } from '#datapath/generated/layout.js';
import { newIndex } from './new-index.js';

const WIDTH = { 4: 32, 6: 128 } as const;

/** Few addresses, so that prefixes overlap: bits at the top, in the middle and at the end. */
function prefix(family: 4 | 6): fc.Arbitrary<EidPrefix> {
  const bits = BigInt(WIDTH[family]);
  return fc
    .record({
      instanceId: fc.constantFrom(0, 0, 0, 7, 0xff_ffff),
      top: fc.bigInt(0n, 3n),
      middle: fc.bigInt(0n, 3n),
      end: fc.bigInt(0n, 3n),
      length: fc.oneof(fc.integer({ min: 0, max: WIDTH[family] }), fc.constant(WIDTH[family])),
    })
    .map(({ instanceId, top, middle, end, length }) => ({
      instanceId,
      prefix: maskedPrefix({ family, bits: (top << (bits - 2n)) | (middle << (bits / 2n)) | end }, length),
    }));
}

const change = (family: 4 | 6) =>
  fc.record({ eid: prefix(family), value: fc.integer({ min: 0, max: 1000 }), add: fc.boolean() });

for (const family of [4, 6] as const)
  test(`IPv${family}: the index has the prefixes that were added and not deleted, and finds the longest match`, (t) => {
    fc.assert(
      fc.property(fc.array(change(family), { maxLength: 120 }), prefix(family), (changes, asked) => {
        const { index } = newIndex(family);
        const model = new Map<string, { eid: EidPrefix; value: number }>();
        for (const { eid, value, add } of changes) {
          const key = formatEidPrefix(eid);
          if (!add) index.delete(eid);
          else if (!index.set(eid, askTrie(value))) {
            // refused as there is no room, and nothing is changed
            t.false(model.has(key));
            t.true(model.size > 8);
            continue;
          }
          if (add) model.set(key, { eid, value });
          else model.delete(key);
        }
        t.is(index.size, model.size);
        for (const { eid, value } of model.values()) t.is(index.get(eid), value);
        const covers = [...model.values()]
          .map(({ eid }) => eid)
          .filter((eid) => eid.instanceId === asked.instanceId && prefixHoldsPrefix(eid.prefix, asked.prefix))
          .sort((a, b) => b.prefix.length - a.prefix.length);
        t.deepEqual(index.longestCover(asked), covers[0]);
        const text = (eids: Iterable<readonly [EidPrefix, number]>) =>
          [...eids].map(([eid, value]) => `${formatEidPrefix(eid)} ${value}`).sort();
        t.deepEqual(text(index), text([...model.values()].map(({ eid, value }) => [eid, value] as const)));
      }),
      { numRuns: 500 },
    );
  });

test('lookups end at a bucket without overflow, also after many additions and deletions', (t) => {
  const count = 64;
  const { index, buckets } = newIndex(4, count);
  const hosts = Array.from({ length: 2.4 * count }, (_, i) => i);
  const host = (i: number): EidPrefix => ({
    instanceId: 0,
    prefix: { address: { family: 4, bits: BigInt(Math.imul(i, 0x9e3779b1) >>> 0) }, length: 32 },
  });
  let next = hosts.length;
  for (const i of hosts) t.true(index.set(host(i), askTrie(i)));
  for (let round = 0; round < 50 * count; round++) {
    const at = (round * 7919) % hosts.length;
    index.delete(host(hosts[at]!));
    hosts[at] = next;
    t.true(index.set(host(next), askTrie(next++)));
  }
  for (const i of hosts) t.is(index.get(host(i)), i);

  const tagsOf = (): Uint32Array =>
    buckets.filter((_, word) => (word * 4) % xtr_index_slot_v4.bytes === xtr_index_slot_v4.offset.tag);
  const { XTR_INDEX_SLOTS, XTR_INDEX_KIND_BITS } = xtr_index_constants;
  const last = tagsOf().filter((_, slot) => slot % XTR_INDEX_SLOTS === XTR_INDEX_SLOTS - 1);
  const givenUp = last.filter((tag) => tag !== 0 && tag % 2 ** XTR_INDEX_KIND_BITS === 0);
  t.true(givenUp.length < count / 3, `lookups go on behind ${givenUp.length} buckets that are not full`);
  for (const i of hosts) index.delete(host(i));
  t.true(tagsOf().every((tag) => tag === 0));
});
