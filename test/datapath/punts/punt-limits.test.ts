// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { configurationSchema } from '#config/schema.js';
import { DEFAULT_PUNT_LIMITS, puntLimitsAt } from '#datapath/index.js';

const RATES = {
  'map-cache-miss': 20_000,
  'eid-detected': 2_000,
  stale: 2_000,
  'no-neighbour': 20_000,
  'too-big': 2_000,
  fragment: 10_000,
  'ttl-expired': 1_000,
  'core-icmp': 1_000,
} as const;

test('the default rates of the configuration are the default rates of the data path', (t) => {
  t.deepEqual(configurationSchema.shape['data-path'].parse(undefined)['punt-rates'], RATES);
  t.deepEqual(puntLimitsAt(RATES), DEFAULT_PUNT_LIMITS);
});

test('a higher rate has a higher burst; the interval stays', (t) => {
  const limits = puntLimitsAt({ ...RATES, stale: 50_000 });
  t.deepEqual(limits.stale, { rate_pps: 50_000, burst: 10_000, interval_ms: 1_000 });
  t.deepEqual(limits['eid-detected'], DEFAULT_PUNT_LIMITS['eid-detected']);
});

test('a lower rate keeps the burst', (t) => {
  t.is(puntLimitsAt({ ...RATES, 'map-cache-miss': 10 })['map-cache-miss'].burst, 4_096);
});
