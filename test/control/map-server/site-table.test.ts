// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import type { AuthenticationKey } from '#control/contract/config.js';
import { type EidRecord, encodeMessage } from '#wire/index.js';
import { eid, Etr, KEY, OTHER_KEY, record, Scene, site, SITES, withdrawal } from './map-server-scene.js';

const HOST = '1.1.1.1/32';
const FROM = { from: '2.2.2.2' };

function xtr(): Etr {
  return new Etr('2.2.2.2', 0x22n);
}

const SHA1: AuthenticationKey = { keyId: 2, algorithm: 'hmac-sha-1-96', secret: Buffer.from('sha one') };
const NEXT: AuthenticationKey = { ...KEY, keyId: 9, secret: Buffer.from('next') };

/** Nothing changed or was sent, and the refusal was counted. */
const refused = test.macro((t, records: readonly EidRecord[], detail: string) => {
  const scene = new Scene([
    ...SITES,
    site('exact', ['3.3.3.0/24'], {
      prefixes: [{ eid: eid('3.3.3.0/24'), acceptMoreSpecifics: false, proxyReply: false }],
    }),
  ]);
  scene.register(xtr().register([record('1.1.1.9/32', ['2.2.2.2'])]), FROM);
  const outcome = scene.register(new Etr('9.9.9.9', 0x99n).register(records), { from: '9.9.9.9' });
  t.deepEqual(outcome.eventNames, ['map-register-rejected']);
  t.is(outcome.events[0]?.detail, detail);
  t.is(outcome.sends.length, 0);
  t.deepEqual(scene.table, ['1.1.1.9/32 -> 2.2.2.2']);
  t.is(scene.count('mapRegistersRejected'), 1);
});

const GOOD = record(HOST, ['9.9.9.9']);
const NOT_CONFIGURED = 'no site may register this EID-prefix';
test(
  '9301-8.2-D01: an EID-prefix that no site has',
  refused,
  [record('8.8.8.8/32', ['9.9.9.9'])],
  NOT_CONFIGURED,
);
test(
  '9301-8.2-D01: a less-specific one than configured',
  refused,
  [record('1.1.0.0/16', ['9.9.9.9'])],
  NOT_CONFIGURED,
);
test(
  '9301-9-03: one bad record refuses the message',
  refused,
  [GOOD, record('8.8.8.8/32', [])],
  NOT_CONFIGURED,
);
test(
  '9301-9-03: a withdrawal of a foreign EID-prefix',
  refused,
  [GOOD, withdrawal('8.8.8.8/32')],
  NOT_CONFIGURED,
);
test('another instance ID', refused, [record(`[8]${HOST}`, ['9.9.9.9'])], NOT_CONFIGURED);
test(
  '9301-9-03: EID-prefixes of two sites',
  refused,
  [GOOD, record('5.5.5.5/32', ['9.9.9.9'])],
  'EID-prefixes of two sites in one Map-Register: story and remote',
);
test(
  'the EID-prefix of another site, signed with a key of one’s own',
  refused,
  [record('5.5.5.5/32', ['9.9.9.9'])],
  'site remote: authentication data is wrong for key ID 1',
);
test(
  'a more-specific one where only the exact prefix is accepted',
  refused,
  [record('3.3.3.3/32', ['9.9.9.9'])],
  'site exact may register 3.3.3.0/24 but no more-specific of it',
);
for (const rloc of ['255.255.255.255', '224.0.0.1', '127.0.0.1', '0.0.0.0', 'fe80::1'])
  test(`9301-5.4-15: ${rloc} as RLOC`, refused, [record(HOST, [rloc])], `${rloc} cannot be an RLOC`);

test('the exact prefix is accepted where more-specifics are not', (t) => {
  const prefixes = [{ eid: eid('3.3.3.0/24'), acceptMoreSpecifics: false, proxyReply: false }];
  const scene = new Scene([site('exact', [], { prefixes })]);
  scene.register(xtr().register([record('3.3.3.0/24', ['2.2.2.2'])]), FROM);
  t.deepEqual(scene.table, ['3.3.3.0/24 -> 2.2.2.2']);
});

test('the longest configured prefix decides the site', (t) => {
  const scene = new Scene([
    site('wide', ['1.0.0.0/8'], { keys: [OTHER_KEY] }),
    site('narrow', ['1.1.1.0/24']),
  ]);
  scene.register(xtr().register([record(HOST, ['2.2.2.2'])]), { ...FROM, key: OTHER_KEY });
  t.deepEqual(scene.table, []);
  scene.register(xtr().register([record(HOST, ['2.2.2.2'])]), FROM);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 2.2.2.2']);
});

test('9301-5.7-D06: wrong authentication data changes nothing and is counted for the EID-prefix', (t) => {
  const scene = new Scene();
  const outcome = scene.register(xtr().register([GOOD]), {
    ...FROM,
    key: { ...KEY, secret: Buffer.from('x') },
  });
  t.deepEqual(outcome.eventNames, ['map-register-rejected']);
  t.deepEqual(scene.table, []);
  t.is(scene.count('authenticationFailures'), 1);
  t.is(scene.server.sites.get(eid('1.1.1.0/24'))?.authenticationFailures, 1);
  t.is(scene.server.sites.get(eid('5.5.5.0/24'))?.authenticationFailures, 0);
});

test('a flipped bit in any byte of the message fails authentication', (t) => {
  const bytes = encodeMessage(xtr().register([record(HOST, ['2.2.2.2'])]), KEY.secret);
  const identity = bytes.length - 24;
  for (const offset of [8, 50, 62, 73, identity, bytes.length - 1]) {
    const scene = new Scene();
    const changed = bytes.with(offset, (bytes[offset] ?? 0) ^ 1);
    scene.registerBytes(changed, FROM);
    t.deepEqual(scene.table, [], `offset ${offset}`);
  }
});

test('algorithm none is never accepted', (t) => {
  const scene = new Scene();
  const unsigned = xtr().register([GOOD], {
    authentication: { keyId: 1, algorithmId: 0, data: new Uint8Array(0) },
  });
  const outcome = scene.registerBytes(encodeMessage(unsigned), FROM);
  t.is(outcome.events[0]?.detail, 'site story has no key with key ID 1 and algorithm ID 0');
  t.deepEqual(scene.table, []);
  t.is(scene.count('authenticationFailures'), 1);
});

test('a site without keys accepts nothing', (t) => {
  const scene = new Scene([site('keyless', ['1.1.1.0/24'], { keys: [] })]);
  scene.register(xtr().register([GOOD]), FROM);
  t.deepEqual(scene.table, []);
});

/** Registered and acknowledged with the key, key ID and algorithm that the ETR used. */
const signs = test.macro(
  (t, keys: readonly AuthenticationKey[], used: AuthenticationKey, accepted: boolean) => {
    const scene = new Scene([site('one', ['1.1.1.0/24'], { keys })]);
    const outcome = scene.register(xtr().register([record(HOST, ['2.2.2.2'])]), { ...FROM, key: used });
    t.is(scene.table.length, accepted ? 1 : 0);
    if (!accepted) return;
    const [ack] = outcome.notifies(used);
    t.is(ack?.message.authentication.keyId, used.keyId);
  },
);

test('9301-5.6-12: HMAC-SHA-256-128', signs, [KEY], KEY, true);
test('HMAC-SHA-1-96', signs, [SHA1], SHA1, true);
test('key rotation: the old key while both are configured', signs, [KEY, NEXT], KEY, true);
test('key rotation: the next key while both are configured', signs, [KEY, NEXT], NEXT, true);
test('key rotation: the old key afterwards', signs, [NEXT], KEY, false);
test('the right secret under a wrong key ID', signs, [KEY, NEXT], { ...NEXT, keyId: KEY.keyId }, false);
test('the right secret under an unknown key ID', signs, [KEY], { ...KEY, keyId: 77 }, false);
test('the right secret with another algorithm', signs, [KEY], { ...KEY, algorithm: 'hmac-sha-1-96' }, false);
test('16-bit key ID of RFC 6830, SHA-1', signs, [KEY, SHA1], { ...SHA1, keyId: 0 }, true);
test('16-bit key ID of RFC 6830, SHA-256', signs, [KEY, SHA1], { ...KEY, keyId: 0 }, true);
test('key ID 0: any key of the algorithm', signs, [KEY, NEXT], { ...NEXT, keyId: 0 }, true);
test(
  'key ID 0: not a key of another algorithm',
  signs,
  [SHA1],
  { ...SHA1, keyId: 0, algorithm: KEY.algorithm },
  false,
);
