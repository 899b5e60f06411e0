// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import { UNKNOWN_SMR_BURST, UNKNOWN_SMRS_PER_SECOND } from '#control/mobility/smr-sender.js';
import { Bench, configOf, dynamic, prefix, record, rloc } from '#test/control/harness.js';

/** xTR2 after hosts of 1.1.1.0/24 moved away. */
function xtr2(overrides: Parameters<typeof configOf>[1] = {}): Bench {
  return new Bench(configOf(['2.2.2.2'], { dynamicEids: [dynamic('1.1.1.0/24')], ...overrides })).start();
}

function stale(bench: Bench, to = '1.1.1.1', from = '4.4.4.4', source = '5.5.5.5'): Bench {
  return bench.punt('stale', source, to, { outerSource: parseAddress(from) });
}

test('an SMR as in RFC 9301: not encapsulated, S and D, our RLOC, the moved EID as source', (t) => {
  const bench = stale(xtr2());
  t.deepEqual(bench.sent, ['2.2.2.2 > 4.4.4.4:4342 map-request SD 1.1.1.1 asks 5.5.5.5/32 reply to 2.2.2.2']);
  t.like(bench.effects.find((effect) => effect.type === 'send')?.message, {
    probe: false,
    smrInvoked: false,
    authoritative: false,
    localXtr: false,
  });
  t.is(bench.counters.get('smrOut'), 1);
});

test('an SMR has our RLOC of the family of the ITR', (t) => {
  const dynamicEids = [dynamic('1.1.1.0/24')];
  const bench = new Bench(configOf(['2.2.2.2', '2001:db8::2'], { dynamicEids })).start();
  t.deepEqual(stale(bench, '1.1.1.1', '2001:db8::4').sent, [
    '2001:db8::2 > 2001:db8::4:4342 map-request SD 1.1.1.1 asks 5.5.5.5/32 reply to 2001:db8::2',
  ]);
});

test('IOS: one SMR about one EID to one RLOC in 20 s', (t) => {
  const bench = stale(xtr2());
  for (let i = 0; i < 19; i++) t.deepEqual(stale(bench.pass(1000)).effects, []);
  t.is(bench.xtr.smr.get(prefix('1.1.1.1'))?.solicited.get('4.4.4.4')?.suppressed, 19);
  t.is(bench.counters.get('smrSuppressed'), 19);
  t.deepEqual(stale(bench.pass(1000)).events, ['smr-sent']);
});

test('9301-6.1-02 9301-6.1-03: one SMR to an RLOC in 3 s; a later stale packet causes the SMR about another EID that was never local', (t) => {
  const bench = stale(xtr2());
  t.deepEqual(stale(bench, '1.1.1.2').events, ['stale-packet']);
  t.deepEqual(stale(bench.pass(2999), '1.1.1.2').events, []);
  t.deepEqual(stale(bench.pass(1), '1.1.1.2').events, ['smr-sent']);
});

test('each RLOC gets its own SMR', (t) => {
  t.deepEqual(stale(stale(xtr2()), '1.1.1.1', '7.7.7.7').events, ['stale-packet', 'smr-sent']);
});

test('limits of 0 disable the limits', (t) => {
  const limits = { ...DEFAULT_XTR_LIMITS, smrPerRlocInterval_ms: 0, smrSuppression_ms: 0 };
  const bench = stale(stale(xtr2({ limits })), '1.1.1.1');
  t.deepEqual(bench.events, ['smr-sent']);
});

const unsolicited = test.macro({
  exec(t, to: string, outerSource: string | undefined) {
    const bench = xtr2().sight('1.1.1.9');
    bench.punt('stale', '5.5.5.5', to, {
      outerSource: outerSource === undefined ? undefined : rloc(outerSource),
    });
    t.deepEqual(bench.effects, []);
  },
  title: (title = '') => `no SMR: ${title}`,
});

test('no SMR: the host is local (again)', unsolicited, '1.1.1.9', '4.4.4.4');
test('no SMR: an EID that cannot be local', unsolicited, '9.9.9.9', '4.4.4.4');
test('no SMR: to ourselves', unsolicited, '1.1.1.1', '2.2.2.2');
test('no SMR: to a multicast address', unsolicited, '1.1.1.1', '224.0.0.1');
test('no SMR: without an outer source', unsolicited, '1.1.1.1', undefined);

test('an EID leaves the SMR table an hour after its last stale packet', (t) => {
  const bench = stale(stale(xtr2()).pass(1_800_000)).pass(3_599_999);
  t.is(bench.xtr.smr.size, 1);
  t.is(bench.pass(1).xtr.smr.size, 0);
});

test('an EID leaves the SMR table with its away entry', (t) => {
  const bench = xtr2().sight('1.1.1.1').acknowledge().pass(5000);
  bench.notify(1n, [record('1.1.1.1', ['6.6.6.6'], { ttl_min: 1 })]).acknowledge();
  t.is(stale(bench).xtr.smr.size, 1);
  t.is(bench.pass(60_000).xtr.smr.size, 0);
});

/** xTR2 after these hosts moved to xTR6. */
function left(...hosts: string[]): Bench {
  const bench = xtr2();
  for (const host of hosts) bench.sight(host);
  bench.pass(5000);
  for (const [i, host] of hosts.entries()) bench.notify(BigInt(i), [record(host, ['6.6.6.6'])]);
  return bench.pass(5000);
}

const smrs = (bench: Bench): string[] => bench.sent.filter((line) => line.includes(' SD '));

test('9301-6.1-03: SMRs about several EIDs that moved are sent 3 s apart, without more packets', (t) => {
  const bench = left('1.1.1.1', '1.1.1.2', '1.1.1.3');
  t.is(smrs(stale(bench, '1.1.1.1')).length, 1);
  t.deepEqual(smrs(stale(bench, '1.1.1.2')), []);
  t.deepEqual(smrs(stale(bench, '1.1.1.3')), []);
  t.deepEqual(smrs(stale(bench, '1.1.1.3')), [], 'already queued');
  t.deepEqual(smrs(bench.pass(2999)), []);
  t.regex(smrs(bench.pass(1)).join(), /^\S+ > 4\.4\.4\.4:4342 map-request SD 1\.1\.1\.2 /);
  t.deepEqual(smrs(bench.pass(2999)), []);
  t.regex(smrs(bench.pass(1)).join(), /SD 1\.1\.1\.3 /);
  t.deepEqual(smrs(bench.pass(60_000)), []);
});

test('a queued SMR is not sent if the EID came back', (t) => {
  const bench = stale(stale(left('1.1.1.1', '1.1.1.2')), '1.1.1.2').sight('1.1.1.2');
  t.deepEqual(smrs(bench.pass(10_000)), []);
});

test('stale packets for addresses that were never local delay no SMR about a move', (t) => {
  const bench = left('1.1.1.1');
  for (let i = 10; i < 100; i++) stale(bench, `1.1.1.${i}`);
  t.is(smrs(stale(bench)).length, 1);
  t.deepEqual(smrs(stale(bench.pass(3000), '1.1.1.9')).length, 1, 'the others are sent later');
});

test('9301-6.1-02: the total rate of SMRs about addresses that were never local is limited', (t) => {
  const bench = left('1.1.1.1');
  const flood = (count: number): number =>
    Array.from(
      { length: count },
      (_, i) => smrs(stale(bench, '1.1.1.200', `9.9.${i >> 8}.${i & 255}`)).length,
    ).reduce((sum, sent) => sum + sent);
  t.is(flood(500), UNKNOWN_SMR_BURST);
  bench.pass(1000);
  t.is(flood(500), UNKNOWN_SMRS_PER_SECOND);
  t.is(smrs(stale(bench)).length, 1, 'and one SMR about a move');
});
