// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { type EidPrefix, parseAddress, parsePrefix } from '#addr/index.js';
import { Counters } from '#control/contract/counters.js';
import type { Effect } from '#control/contract/effect.js';
import { SCAN_BATCH } from '#control/itr/covered-scan.js';
import type { LearntMapping } from '#control/itr/map-cache-entry.js';
import { MapCache } from '#control/itr/map-cache.js';
import { RlocReferences } from '#control/locators/rloc-references.js';

const COUNT = 3 * SCAN_BATCH;
const HOUR_ms = 3_600_000;
const ETR = parseAddress('2.2.2.2');
const OTHER_ETR = parseAddress('3.3.3.3');
const WIDE = { instanceId: 0, prefix: parsePrefix('10.0.0.0/8') };

function host(n: number): EidPrefix {
  const { address } = WIDE.prefix;
  return { instanceId: 0, prefix: { address: { ...address, bits: address.bits + BigInt(n) }, length: 32 } };
}

function mapping(eid: EidPrefix, source = ETR, lifetime_ms = HOUR_ms): LearntMapping {
  return { eid, source, lifetime_ms, forwarding: { action: 'drop' }, asked: eid, renewed: new Set() };
}

/** A map-cache with hosts of one ETR, the last host of another, and then a prefix that covers all of them. */
function covered(): { cache: MapCache; out: Effect[] } {
  const cache = new MapCache(COUNT + 9, new RlocReferences(), new Counters());
  for (let n = 0; n < COUNT - 1; n++) cache.learn(mapping(host(n)), 0, []);
  cache.learn(mapping(host(COUNT - 1), OTHER_ETR, HOUR_ms / 2), 0, []);
  const out: Effect[] = [];
  cache.learn(mapping(WIDE), 1, out);
  return { cache, out };
}

/** Runs `expire` until nothing is due at `now`. */
function settle(cache: MapCache, now: number): Effect[] {
  const out: Effect[] = [];
  for (let turns = 0; (cache.nextDeadline() ?? Infinity) <= now && turns < 1_000; turns++)
    cache.expire(now, 512, out);
  return out;
}

test('a mapping that covers very many entries replaces them in slices', (t) => {
  const { cache, out } = covered();
  t.deepEqual(out[0], {
    type: 'map-cache-set',
    eid: WIDE,
    forwarding: { action: 'drop' },
    expiresAt_ms: 1 + HOUR_ms,
  });
  t.true(cache.table.size > COUNT / 2);
  settle(cache, 1);
  t.is(cache.table.size, 2);
  t.is(cache.table.get(host(0)), undefined);
  t.not(cache.table.get(host(COUNT - 1)), undefined);
});

test('it expires with the first entry of another ETR, even if the scan finds that one late', (t) => {
  const { cache } = covered();
  const sets = settle(cache, 1).filter((effect) => effect.type === 'map-cache-set');
  t.deepEqual(sets, [
    { type: 'map-cache-set', eid: WIDE, forwarding: { action: 'drop' }, expiresAt_ms: HOUR_ms / 2 },
  ]);
  t.is(cache.table.get(WIDE)?.expiresAt_ms, HOUR_ms / 2);
});

test('entries learnt between two slices stay', (t) => {
  const { cache } = covered();
  const late = host(COUNT - 2);
  cache.learn(mapping(late), 2, []);
  settle(cache, 2);
  t.not(cache.table.get(late), undefined);
  t.is(cache.table.size, 3);
  t.is(cache.table.get(WIDE)?.expiresAt_ms, HOUR_ms / 2);
});

test('if the mapping is deleted, its scan ends and the remaining entries stay', (t) => {
  const { cache } = covered();
  cache.remove(WIDE, 'test', []);
  settle(cache, 1);
  t.not(cache.table.get(host(COUNT - 2)), undefined);
  t.is(cache.table.get(host(0)), undefined);
});
