// SPDX-License-Identifier: Apache-2.0
// A mapping in use is requested again before it expires.
import test from 'ava';
import { Bench, configOf, MAP_RESOLVER, prefix, record } from '#test/control/harness.js';

const MINUTE_ms = 60_000;

/** xTR4 with 1.1.1.0/24 in its map-cache for ten minutes. */
function xtr4(): Bench {
  const bench = new Bench(configOf(['4.4.4.4'], { mapServers: [] })).start();
  bench.punt('map-cache-miss', '5.5.5.5', '1.1.1.1');
  return bench.reply('2.2.2.2', record('1.1.1.0/24', ['2.2.2.2'], { ttl_min: 10 }));
}

const ASKED = `4.4.4.4 > ${MAP_RESOLVER}:4342 ECM(4.4.4.4 > 1.1.1.0) map-request - asks 1.1.1.0/24 reply to 4.4.4.4`;

test('the traffic of a mapping is checked once, at 90 % of its lifetime', (t) => {
  const bench = xtr4();
  t.deepEqual(bench.pass(9 * MINUTE_ms - 1).lines, []);
  t.deepEqual(bench.pass(1).lines, ['check-traffic 1.1.1.0/24']);
  t.deepEqual(bench.pass(MINUTE_ms - 1).lines, []);
});

test('9301-5.2-D07 9301-5.2-D08: a mapping in use is requested again, and forwards meanwhile', (t) => {
  const bench = xtr4()
    .pass(9 * MINUTE_ms)
    .traffic('1.1.1.0/24', 1);
  t.deepEqual(bench.lines, [ASKED]);
  bench.pass(500).reply('2.2.2.2', record('1.1.1.0/24', ['2.2.2.2'], { ttl_min: 10 }));
  t.deepEqual(bench.lines, ['map-cache 1.1.1.0/24 -> 2.2.2.2']);
  t.is(bench.xtr.mapCache.get(prefix('1.1.1.0/24'))?.expiresAt_ms, bench.now + 10 * MINUTE_ms);
  t.deepEqual(bench.pass(9 * MINUTE_ms).lines, ['check-traffic 1.1.1.0/24']);
});

test('a mapping that is not in use expires', (t) => {
  const bench = xtr4()
    .pass(9 * MINUTE_ms)
    .traffic('1.1.1.0/24', 0);
  t.deepEqual(bench.lines, []);
  t.true(bench.pass(MINUTE_ms).lines.includes('map-cache 1.1.1.0/24 deleted'));
});

test('a mapping that was not used since its refresh expires', (t) => {
  const bench = xtr4()
    .pass(9 * MINUTE_ms)
    .traffic('1.1.1.0/24', 77)
    .reply('2.2.2.2', record('1.1.1.0/24', ['2.2.2.2'], { ttl_min: 10 }));
  t.deepEqual(bench.pass(9 * MINUTE_ms).traffic('1.1.1.0/24', 77).lines, []);
});

test('a mapping in use expires if nobody answers', (t) => {
  const bench = xtr4()
    .pass(9 * MINUTE_ms)
    .traffic('1.1.1.0/24', 1);
  t.false(bench.pass(MINUTE_ms - 1).lines.includes('map-cache 1.1.1.0/24 deleted'));
  t.true(bench.pass(1).lines.includes('map-cache 1.1.1.0/24 deleted'));
});

test('configured and deleted mappings are not requested', (t) => {
  const bench = xtr4();
  t.deepEqual(bench.traffic('0.0.0.0/0', 1).effects, []);
  t.deepEqual(bench.traffic('9.9.9.0/24', 1).effects, []);
});
