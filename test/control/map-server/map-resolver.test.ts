// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import type { Site } from '#control/contract/config.js';
import { DEFAULT_MAP_SERVER_LIMITS } from '#control/contract/limits.js';
import { REPLY_BURST_s } from '#control/kit/reply-limit.js';
import type { MapRequest } from '#wire/index.js';
import {
  eid,
  Etr,
  FROM,
  HOST,
  locator,
  mapRequest,
  OTHER_KEY,
  record,
  registered,
  Scene,
  site,
  SITES,
} from './map-server-scene.js';

const NATIVELY_FORWARD = 'action 1';
const SEND_MAP_REQUEST = 'action 2';

/** The answers to one Map-Request, with only the given registrations. */
const answers = test.macro(
  (
    t,
    sites: readonly Site[],
    prefixes: readonly string[],
    requested: string,
    expected: readonly string[],
  ) => {
    const { scene } = registered(true, prefixes, sites);
    t.deepEqual(scene.request(mapRequest([requested])).answers, expected);
  },
);

const NONE = `${NATIVELY_FORWARD} ttl 15`;
test(
  '9301-8.3-D01, 9301-8.4-01: the least-specific prefix without any site',
  answers,
  SITES,
  [],
  '8.8.8.8/32',
  [`8.0.0.0/5 ${NONE}`],
);
test('9301-8.4-01: close to a site', answers, SITES, [], '1.1.2.1/32', [`1.1.2.0/23 ${NONE}`]);
test('9301-8.4-01: between sites', answers, SITES, [], '4.0.0.1/32', [`4.0.0.0/8 ${NONE}`]);
test('9301-8.4-01: an address family without sites', answers, [], [], '2001:db8::1/128', [`::/0 ${NONE}`]);
test('9301-8.4-01: an instance ID without sites', answers, SITES, [], '[99]1.1.1.1/32', [
  `[99]0.0.0.0/0 ${NONE}`,
]);
test('9301-8.3-D02: configured, without a registration', answers, SITES, [], HOST, [
  `1.1.1.0/24 ${NATIVELY_FORWARD} ttl 1`,
]);
test('9301-8.3-D02: the hole beside a registered host', answers, SITES, [HOST], '1.1.1.2/32', [
  `1.1.1.2/31 ${NATIVELY_FORWARD} ttl 1`,
]);
test('the hole does not leave the configured prefix', answers, SITES, [HOST], '1.1.1.200/32', [
  `1.1.1.128/25 ${NATIVELY_FORWARD} ttl 1`,
]);

const NESTED = [site('wide', ['10.0.0.0/8']), site('narrow', ['10.1.0.0/16'], { keys: [OTHER_KEY] })];
test(
  'a less-specific registration says nothing about a prefix configured on its own',
  answers,
  NESTED,
  ['10.0.0.0/8'],
  '10.1.2.3/32',
  [`10.1.0.0/16 ${NATIVELY_FORWARD} ttl 1`],
);
test(
  'a prefix configured inside a registered one has the action send-map-request',
  answers,
  NESTED,
  ['10.0.0.0/8'],
  '10.2.2.3/32',
  ['10.0.0.0/8 2.2.2.2 ttl 1440', `10.1.0.0/16 ${SEND_MAP_REQUEST} ttl 1440`],
);
test('a hole avoids configured prefixes inside the configured one', answers, NESTED, [], '10.2.2.3/32', [
  `10.2.0.0/15 ${NATIVELY_FORWARD} ttl 1`,
]);
test(
  'a requested prefix with registered hosts inside gets send-map-request',
  answers,
  SITES,
  [HOST],
  '1.1.1.0/24',
  [`1.1.1.0/24 ${SEND_MAP_REQUEST} ttl 1`],
);
test('a requested prefix with sites inside gets send-map-request', answers, SITES, [], '0.0.0.0/0', [
  `0.0.0.0/0 ${SEND_MAP_REQUEST} ttl 1`,
]);

// The example of RFC 9301 section 5.5.
const EXAMPLE = [site('example', ['2001:db8::/32'])];
const OVERLAPPING = ['2001:db8::/32', '2001:db8:1::/48', '2001:db8:1:1::/64', '2001:db8:1:2::/64'];
test('9301-5.5-D03: the most specific alone', answers, EXAMPLE, OVERLAPPING, '2001:db8:1:1::1/128', [
  '2001:db8:1:1::/64 2.2.2.2 ttl 1440',
]);
test(
  '9301-5.5-02: filled out with the more-specifics',
  answers,
  EXAMPLE,
  OVERLAPPING,
  '2001:db8:1:5::5/128',
  [
    '2001:db8:1::/48 2.2.2.2 ttl 1440',
    '2001:db8:1:1::/64 2.2.2.2 ttl 1440',
    '2001:db8:1:2::/64 2.2.2.2 ttl 1440',
  ],
);

test('9301-5.5-03: all records of one answer have the shortest TTL', (t) => {
  const { scene, etr } = registered(true, ['1.1.1.0/24']);
  scene.register(etr.register([record(HOST, ['2.2.2.2'], { ttl_min: 9 })], { proxyReply: true }), FROM);
  t.deepEqual(scene.request(mapRequest(['1.1.1.7/32'])).answers, [
    '1.1.1.0/24 2.2.2.2 ttl 9',
    '1.1.1.1/32 2.2.2.2 ttl 9',
  ]);
});

test('a more-specific without proxy reply is included with the action send-map-request', (t) => {
  const { scene } = registered(true, ['1.1.1.0/24']);
  scene.register(new Etr('6.6.6.6', 6n).register([record(HOST, ['6.6.6.6'])]), { from: '6.6.6.6' });
  t.deepEqual(scene.request(mapRequest(['1.1.1.7/32'])).answers, [
    '1.1.1.0/24 2.2.2.2 ttl 1440',
    `1.1.1.1/32 ${SEND_MAP_REQUEST} ttl 1440`,
  ]);
});

test('9301-5-02: if the more-specifics do not fit a message, the answer is the part of the mapping that none of them overrides', (t) => {
  const hosts = Array.from({ length: 40 }, (_, i) => `1.1.1.${i}/32`);
  const { scene } = registered(true, ['1.1.1.0/24', ...hosts]);
  t.deepEqual(scene.request(mapRequest(['1.1.1.100/32'])).answers, ['1.1.1.64/26 2.2.2.2 ttl 1440']);
});

test('9301-5-02: answers for many records are split into messages of at most 576 bytes', (t) => {
  const hosts = Array.from({ length: 100 }, (_, i) => `1.1.1.${i}/32`);
  const { scene } = registered(true, hosts);
  const outcome = scene.request(mapRequest(hosts));
  t.is(outcome.answers.length, 100);
  const sizes = outcome.replies().map(({ bytes }) => bytes + 28);
  t.is(sizes.length, 6);
  t.true(Math.max(...sizes) <= 576);
});

test('a Map-Request with very many records is answered in part', (t) => {
  const hosts = Array.from({ length: 250 }, (_, i) => `1.1.1.${i}/32`);
  const { scene } = registered(true, hosts);
  const outcome = scene.request(mapRequest(hosts));
  t.true(outcome.sends.length < 10);
  t.is(outcome.answers.length + scene.count('mapRepliesRateLimited'), 250);
  t.true(outcome.answers.length > 100);
});

test('9301-5.4-08, 9301-5.4-D06: a proxy reply has A, L and p clear, and R, priorities and weights as registered', (t) => {
  const { scene, etr } = registered(true);
  const locators = [
    locator('9.9.9.9', { priority: 2, weight: 30, reachable: false, probed: true }),
    locator('2001:db8::2', { local: false }),
  ];
  scene.register(etr.register([record(HOST, [], { locators, mapVersion: 5 })], { proxyReply: true }), FROM);
  const [reply] = scene.request(mapRequest([HOST])).replies();
  t.deepEqual(reply?.message.records, [
    {
      ...record(HOST, []),
      authoritative: false,
      mapVersion: 5,
      locators: [
        locator('9.9.9.9', { priority: 2, weight: 30, reachable: false, local: false }),
        locator('2001:db8::2', { local: false }),
      ],
    },
  ]);
});

test('9301-5.4-D01, 9301-5.5-D01: nonce and inner source port of the request, to the ITR-RLOC', (t) => {
  const { scene } = registered(true);
  const [reply] = scene.request(mapRequest([HOST], { nonce: 123n }), { innerSourcePort: 999 }).replies();
  t.is(reply?.message.nonce, 123n);
  t.is(reply?.path, '10.0.0.1 > 4.4.4.4:999');
});

test('9301-5.5-D01: a Map-Request without encapsulation is answered to its source port', (t) => {
  const { scene } = registered(true);
  const outcome = scene.plainRequest(mapRequest([HOST]), { from: '4.4.4.4', port: 777 });
  t.is(outcome.replies()[0]?.path, '10.0.0.1 > 4.4.4.4:777');
});

test('9301-8.2-D04: a site can be configured for proxy replies', (t) => {
  const prefixes = [{ eid: eid('1.1.1.0/24'), acceptMoreSpecifics: true, proxyReply: true }];
  const { scene } = registered(false, [HOST], [site('one', [], { prefixes })]);
  t.deepEqual(scene.request(mapRequest([HOST])).answers, ['1.1.1.1/32 2.2.2.2 ttl 1440']);
});

test('9301-8.3-D04: the P bit of one ETR of several is enough', (t) => {
  const { scene, etr } = registered(false, []);
  const both = [record(HOST, ['2.2.2.2', '6.6.6.6'])];
  scene.register(etr.register(both, { proxyReply: true }), FROM);
  scene.register(new Etr('6.6.6.6', 6n).register(both), { from: '6.6.6.6' });
  t.deepEqual(scene.request(mapRequest([HOST])).answers, ['1.1.1.1/32 2.2.2.2 6.6.6.6 ttl 1440']);
});

test('9301-5.2-D01: with the A bit, an EID without a registration is answered, too', (t) => {
  const { scene } = registered(true, []);
  t.deepEqual(scene.request(mapRequest([HOST], { authoritative: true })).answers, [
    `1.1.1.0/24 ${NATIVELY_FORWARD} ttl 1`,
  ]);
});

for (const port of [0, 4341])
  for (const proxyReply of [false, true])
    test(`9301-5.8-04: one from port ${port} is dropped, ${proxyReply ? 'not answered' : 'not forwarded'}`, (t) => {
      const { scene } = registered(proxyReply);
      t.is(scene.plainRequest(mapRequest([HOST]), { from: '4.4.4.4', port }).sends.length, 0);
      t.is(scene.count('mapRequestsDropped'), 1);
    });

/** Nothing is sent, and the drop is counted. */
const dropped = test.macro((t, change: Partial<MapRequest>) => {
  const { scene } = registered(true);
  for (const outcome of [
    scene.request(mapRequest([HOST], change)),
    scene.plainRequest(mapRequest([HOST], change), { from: '4.4.4.4' }),
  ])
    t.is(outcome.sends.length, 0);
  t.is(scene.count('mapRequestsDropped'), 2);
});
test('9301-5.2-04: dropped: an RLOC-probe', dropped, { probe: true });
test('dropped: an SMR', dropped, { smr: true });
test('9301-5.2-D05: dropped: the D bit asks for no answer', dropped, { dontMapReply: true });
test('9301-5.3-04: dropped: no ITR-RLOC', dropped, { itrRlocs: [undefined, undefined] });
for (const rloc of ['255.255.255.255', '224.0.0.1', '127.0.0.1', '0.0.0.0'])
  test(`dropped: ${rloc} as ITR-RLOC`, dropped, { itrRlocs: [parseAddress(rloc)] });

test('the answer goes to the first ITR-RLOC of a family that we have an address of', (t) => {
  const itrRlocs = [undefined, parseAddress('2001:db8::4'), parseAddress('4.4.4.4')];
  const both = new Scene(SITES).request(mapRequest([HOST], { itrRlocs }));
  t.is(both.replies()[0]?.path, '2001:db8:ffff::1 > 2001:db8::4:50123');
  const ipv4 = new Scene(SITES, {}, ['10.0.0.1']).request(mapRequest([HOST], { itrRlocs }));
  t.is(ipv4.replies()[0]?.path, '10.0.0.1 > 4.4.4.4:50123');
});

test('an ITR-RLOC of a family that only the ETR has: the ETR answers, the Map-Server cannot', (t) => {
  const scene = new Scene(SITES, {}, ['10.0.0.1']);
  scene.register(new Etr('2.2.2.2', 2n).register([record(HOST, ['2.2.2.2'])]), FROM);
  const itrRlocs = [parseAddress('2001:db8::4')];
  t.deepEqual(scene.request(mapRequest([HOST], { itrRlocs })).paths, ['10.0.0.1 > 2.2.2.2:4342']);
  t.deepEqual(scene.request(mapRequest(['8.8.8.8/32'], { itrRlocs })).paths, []);
  t.is(scene.count('mapRequestsDropped'), 1);
});

test('the source of an answer is the address that was asked', (t) => {
  const scene = new Scene(SITES, {}, ['10.0.0.1', '10.0.0.2']);
  const ask = (to: string) => scene.request(mapRequest([HOST], { nonce: 1n }), {}, { from: '4.4.4.4', to });
  t.is(ask('10.0.0.2').replies()[0]?.path, '10.0.0.2 > 4.4.4.4:50123');
  scene.now += 3000;
  t.is(ask('10.0.0.99').replies()[0]?.path, '10.0.0.1 > 4.4.4.4:50123');
});

test('a Map-Request that would loop at this node is dropped', (t) => {
  const { scene } = registered(false, []);
  scene.register(new Etr('10.0.0.1', 1n).register([record(HOST, ['10.0.0.1'])]), { from: '10.0.0.1' });
  t.is(scene.request(mapRequest([HOST])).sends.length, 1);
  t.is(scene.request(mapRequest([HOST]), {}, { from: '10.0.0.1' }).sends.length, 0);
});

test('9301-5.4-19, 9301-5.4-20: the same answer goes to an ITR-RLOC once in 3 s', (t) => {
  const { scene } = registered(true);
  const ask = (host: string, rloc = '4.4.4.4') =>
    scene.request(mapRequest([host], { itrRlocs: [parseAddress(rloc)] })).sends.length;
  t.deepEqual(
    [ask(HOST), ask(HOST), ask('1.1.1.2/32'), ask('1.1.1.3/32'), ask(HOST, '4.4.4.5')],
    [1, 0, 1, 0, 1],
  );
  scene.now += 3000;
  t.is(ask(HOST), 1);
  t.is(scene.count('mapRepliesRateLimited'), 2);
});

test('9301-5.4-19: other nodes that name an ITR-RLOC do not use up the answers of its ITR', (t) => {
  const { scene } = registered(true);
  for (let nonce = 1n; nonce <= 500n; nonce += 1n)
    scene.plainRequest(mapRequest([HOST], { nonce }), { from: '10.6.6.6' });
  t.is(scene.count('mapReplyRecordsOut'), DEFAULT_MAP_SERVER_LIMITS.mapRepliesPerRloc_pps * REPLY_BURST_s);
  t.is(
    scene.request(mapRequest([HOST], { nonce: 501n }), {}, { from: '10.7.7.7' }).sends.length,
    1,
    'in an ECM',
  );
  t.is(scene.plainRequest(mapRequest([HOST], { nonce: 502n }), { from: '4.4.4.4' }).sends.length, 1);
});

test('a changed mapping is answered within the 3 s', (t) => {
  const { scene, etr } = registered(true);
  const ask = () => scene.request(mapRequest([HOST])).answers;
  t.deepEqual(ask(), ['1.1.1.1/32 2.2.2.2 ttl 1440']);
  scene.now += 5;
  scene.register(etr.register([record(HOST, ['3.3.3.3'])], { proxyReply: true }), FROM);
  t.deepEqual(ask(), ['1.1.1.1/32 3.3.3.3 ttl 1440']);
  t.deepEqual(ask(), []);
});

test('an interval of 0 disables the limit', (t) => {
  const scene = new Scene(SITES, { mapReplyInterval_ms: 0 });
  const ask = () => scene.request(mapRequest([HOST])).sends.length;
  t.deepEqual([ask(), ask()], [1, 1]);
});

test('records are counted by kind', (t) => {
  const { scene } = registered(true);
  scene.request(mapRequest([HOST, '8.8.8.8/32']));
  scene.plainRequest(mapRequest([HOST]), { from: '4.4.4.4' });
  scene.plainRequest(mapRequest([HOST], { probe: true }), { from: '4.4.4.4' });
  t.is(scene.count('encapsulatedMapRequestsIn'), 1);
  t.is(scene.count('mapRequestsIn'), 1);
  t.is(scene.count('probeMapRequestsIn'), 1);
  t.is(scene.count('mapReplyRecordsOut'), 2);
  t.is(scene.count('negativeMapReplyRecordsOut'), 1);
  t.is(scene.count('proxyMapReplyRecordsOut'), 1);
});
