// SPDX-License-Identifier: Apache-2.0
// Packets that do not go on, and what the core says of ours (RFC 9300 section 7).
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import type { XtrConfig } from '#control/contract/config.js';
import type { CounterName } from '#control/contract/counters.js';
import type { OriginateEffect } from '#control/contract/effect.js';
import type { OwnAddress } from '#control/contract/inputs.js';
import { readIpHeader } from '#wire/ip/header.js';
import { icmpErrorAbout, type IcmpProblem, readIcmpError } from '#wire/ip/icmp.js';
import { concat, ethernet, hex, ip, udp } from '#test/helpers/packets.js';
import { Bench, configOf, EID_PORT, eid, OTHER_EID_PORT, prefix, RLOC_PORT } from '#test/control/harness.js';

const RLOC = '10.0.9.1';
const RLOC6 = '2001:db8:9::1';
const FAR = '10.0.9.2';
const HOST = '1.1.1.1';
const PEER = '5.5.5.5';
const GATEWAY: OwnAddress = { eid: eid('1.1.1.254'), ifindex: EID_PORT };
const MAC = '02:00:00:00:00:01';

function bench(overrides: Partial<XtrConfig> = {}, addresses: readonly OwnAddress[] = [GATEWAY]): Bench {
  const locator = {
    rloc: parseAddress(FAR),
    source: parseAddress(RLOC),
    priority: 1,
    weight: 1,
    usable: true,
  };
  const mapping = {
    eid: prefix('5.5.5.0/24'),
    forwarding: { action: 'encapsulate', locators: [locator] },
  } as const;
  const found = new Bench(configOf([RLOC, RLOC6], { staticMappings: [mapping], ...overrides }));
  found.input({ type: 'own-addresses', addresses });
  return found.start();
}

const packet = (bytes: number, flagsAndOffset = 0x4000, source = HOST, destination = PEER) =>
  ip({ source, destination, flagsAndOffset }, udp(1, 2, new Uint8Array(bytes - 28)));
const frame = (bytes: Uint8Array) => ethernet(MAC, MAC, bytes);

const originated = ({ effects }: Bench) =>
  effects.filter((effect): effect is OriginateEffect => effect.type === 'originate');
const counts = ({ counters }: Bench, ...names: CounterName[]) => names.map((name) => counters.get(name));

test('a packet that is too big is answered from the gateway of the host, with what fits 9300-7.1', (t) => {
  const b = bench();
  const sent = packet(1500);
  b.punt('too-big', HOST, PEER, { frame: frame(sent), mtu_bytes: 1464 });
  const [effect] = originated(b);
  t.is(effect?.ifindex, EID_PORT);
  const error = readIcmpError(effect?.packets[0] ?? new Uint8Array());
  t.deepEqual(error.problem, { type: 'too-big', mtu_bytes: 1464 });
  t.deepEqual([error.from, error.to], [parseAddress('1.1.1.254'), parseAddress(HOST)]);
  t.deepEqual(error.quote, sent.subarray(0, 548));
  t.deepEqual(counts(b, 'icmpErrorsOut', 'puntsIn'), [1, 1]);
});

test('a TTL that is used up behind the tunnel is answered from an address of the interface of the instance', (t) => {
  const own = [
    { eid: eid('[7]9.9.9.9'), ifindex: 99 },
    { eid: eid('fe80::1'), ifindex: EID_PORT },
    { eid: eid('5.5.5.254'), ifindex: OTHER_EID_PORT },
  ];
  const b = bench({}, own);
  const outerSource = parseAddress(FAR);
  const expired = frame(packet(60, 0, PEER, HOST));
  b.punt('ttl-expired', PEER, HOST, { ifindex: RLOC_PORT, outerSource, frame: expired });
  const [effect] = originated(b);
  t.is(effect?.ifindex, OTHER_EID_PORT);
  const { problem, from } = readIcmpError(effect?.packets[0] ?? new Uint8Array());
  t.deepEqual([problem, from], [{ type: 'ttl-expired' }, parseAddress('5.5.5.254')]);
});

test('without an address on an EID-facing interface an RLOC answers hosts here, and nobody those elsewhere', (t) => {
  const b = bench({}, []);
  b.punt('too-big', HOST, PEER, { frame: frame(packet(1500)), mtu_bytes: 1464 });
  t.deepEqual(readIcmpError(originated(b)[0]?.packets[0] ?? new Uint8Array()).from, parseAddress(RLOC));
  const outerSource = parseAddress(FAR);
  b.punt('too-big', PEER, HOST, { frame: frame(packet(1500)), mtu_bytes: 1400, outerSource });
  t.deepEqual(originated(b), []);
  t.deepEqual(counts(b, 'icmpErrorsOut', 'icmpErrorsWithoutSource'), [1, 1]);
});

test('ICMP errors to one EID are limited, those to another are not', (t) => {
  const b = bench();
  const punts = Array.from({ length: 150 }, () =>
    b.puntOf('too-big', HOST, PEER, { frame: frame(packet(1500)), mtu_bytes: 1464 }),
  );
  b.punts(punts);
  t.deepEqual(counts(b, 'icmpErrorsOut', 'icmpErrorsRateLimited'), [100, 50]);
  b.punt('too-big', '1.1.1.2', PEER, { frame: frame(packet(1500, 0x4000, '1.1.1.2')), mtu_bytes: 1464 });
  t.is(originated(b).length, 1);
  b.now += 1000;
  b.punt('too-big', HOST, PEER, { frame: frame(packet(1500)), mtu_bytes: 1464 });
  t.is(originated(b).length, 1);
});

test('IPv4 without DF goes on in fragments 9300-7.1', (t) => {
  const b = bench();
  b.punt('fragment', HOST, PEER, { frame: frame(packet(3000, 0)), mtu_bytes: 1464 });
  const [effect] = originated(b);
  t.is(effect?.ifindex, EID_PORT);
  t.deepEqual(
    effect?.packets.map((each) => readIpHeader(each).totalBytes),
    [1460, 1460, 120],
  );
  t.deepEqual(counts(b, 'packetsFragmented', 'fragmentsOut', 'icmpErrorsOut'), [1, 3, 0]);
});

test('decapsulated, it goes on by an EID-facing interface of its instance', (t) => {
  const b = bench();
  const outerSource = parseAddress(FAR);
  const sent = frame(packet(1600, 0, PEER, HOST));
  b.punt('fragment', PEER, HOST, { ifindex: RLOC_PORT, outerSource, frame: sent, mtu_bytes: 1500 });
  t.is(originated(b)[0]?.ifindex, EID_PORT);
  b.punt('fragment', PEER, '[7]1.1.1.1', { ifindex: RLOC_PORT, outerSource, frame: sent, mtu_bytes: 1500 });
  t.deepEqual(originated(b), []);
  t.deepEqual(counts(b, 'packetsFragmented', 'packetsNotFragmented'), [1, 1]);
});

test('with fragmentation: refuse it is answered like a packet with DF', (t) => {
  const b = bench({ fragmentation: 'refuse' });
  b.punt('fragment', HOST, PEER, { frame: frame(packet(1500, 0)), mtu_bytes: 1464 });
  t.like(readIcmpError(originated(b)[0]?.packets[0] ?? new Uint8Array()).problem, { mtu_bytes: 1464 });
  t.deepEqual(counts(b, 'fragmentationRefused', 'packetsFragmented'), [1, 0]);
});

test('what was captured in part, or has no room for fragments, is counted', (t) => {
  const b = bench();
  b.punt('fragment', HOST, PEER, { frame: frame(packet(3000, 0)).subarray(0, 2048), mtu_bytes: 1464 });
  b.punt('fragment', HOST, PEER, { frame: frame(packet(3000, 0)), mtu_bytes: 20 });
  b.punt('fragment', HOST, PEER, { frame: new Uint8Array(3), mtu_bytes: 1464 });
  t.deepEqual(counts(b, 'packetsNotFragmented', 'fragmentsOut'), [3, 0]);
  b.punt('too-big', HOST, PEER, { frame: new Uint8Array(3), mtu_bytes: 1464 });
  t.deepEqual(originated(b), []);
});

interface Quoted {
  readonly source?: string;
  readonly destination?: string;
  readonly port?: number;
  readonly bytes?: number;
  readonly problem?: IcmpProblem;
  readonly to?: string;
}

/** An error from a router of the core about a packet that we encapsulated, as the programs hand it over. */
function coreError(b: Bench, quoted: Quoted = {}): readonly string[] {
  const { source = RLOC, destination = FAR, port = 4341, bytes = 1500, to = source } = quoted;
  const { problem = { type: 'too-big', mtu_bytes: 1400 } } = quoted;
  const about = ip(
    { source: to, destination, flagsAndOffset: 0x4000 },
    udp(0xc000, port, new Uint8Array(bytes - (to.includes(':') ? 48 : 28))),
  );
  const family = to.includes(':') ? 6 : 4;
  const router = parseAddress(family === 4 ? '10.0.0.7' : '2001:db8::7');
  const error = icmpErrorAbout(about, router, problem) ?? new Uint8Array();
  const quotedSource = ip({ source, destination }, new Uint8Array()).subarray(0, family === 4 ? 20 : 40);
  if (source !== to) error.set(quotedSource.subarray(12, 16), 28 + 12);
  if (source !== to) fixChecksum(error);
  b.punt('core-icmp', '10.0.0.7', RLOC, { ifindex: RLOC_PORT, frame: frame(error) });
  return b.effects.flatMap((effect) => (effect.type === 'rloc-mtu' ? [`${effect.mtu_bytes}`] : []));
}

function fixChecksum(error: Uint8Array): void {
  error.set([0, 0], 22);
  let sum = 0;
  for (let i = 20; i < error.length; i += 2) sum += ((error[i] ?? 0) << 8) | (error[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  error.set([(~sum >> 8) & 0xff, ~sum & 0xff], 22);
}

test('Fragmentation Needed from the core lowers the path MTU of that RLOC 9300-7.2', (t) => {
  const b = bench();
  t.deepEqual(coreError(b), ['1400']);
  t.deepEqual(counts(b, 'coreIcmpIn', 'coreIcmpRejected'), [1, 0]);
  b.pass(599_999);
  t.deepEqual(b.effects, []);
  b.pass(1);
  t.true(b.effects.some((effect) => effect.type === 'rloc-mtu' && effect.mtu_bytes === undefined));
});

for (const [what, quoted] of [
  ['another port', { port: 4342 }],
  ['an RLOC that nobody uses', { destination: '10.0.9.3' }],
  ['a source that is none of our RLOCs', { to: '10.0.9.77', source: '10.0.9.77' }],
  ['a source that is not where the error came to', { to: RLOC, source: '10.0.9.77' }],
  ['a packet that would have fitted', { bytes: 1400 }],
  ['an MTU of nobody', { problem: { type: 'too-big', mtu_bytes: 67 } }],
] as const)
  test(`an error that quotes ${what} is not believed`, (t) => {
    const b = bench();
    t.deepEqual(coreError(b, quoted), []);
    t.deepEqual(counts(b, 'coreIcmpIn', 'coreIcmpRejected'), [1, 1]);
  });

test('a router that does not say its MTU means the plateau below (RFC 1191 7)', (t) => {
  t.deepEqual(coreError(bench(), { problem: { type: 'too-big', mtu_bytes: 0 } }), ['1492']);
  t.deepEqual(coreError(bench(), { problem: { type: 'too-big', mtu_bytes: 0 }, bytes: 1492 }), ['1006']);
});

test('other errors change no path MTU', (t) => {
  const b = bench();
  t.deepEqual(coreError(b, { problem: { type: 'ttl-expired' } }), []);
  t.deepEqual(coreError(b, { problem: { type: 'unreachable', code: 1 } }), []);
  t.deepEqual(counts(b, 'coreIcmpIn', 'coreIcmpRejected'), [2, 0]);
});

test('broken errors are counted', (t) => {
  const b = bench();
  for (const bytes of [new Uint8Array(), hex('45'), packet(60), concat(packet(60), hex('00'))])
    b.punt('core-icmp', '10.0.0.7', RLOC, { ifindex: RLOC_PORT, frame: frame(bytes) });
  t.deepEqual(counts(b, 'coreIcmpIn', 'coreIcmpRejected'), [4, 4]);
});

/** A router of the core has used up the TTL of what we encapsulated for `source`, and quotes so many bytes of it. */
function expiredInCore(
  b: Bench,
  source: string,
  rloc: 4 | 6 = 4,
  bytes = 500,
  instance = 0,
): OriginateEffect[] {
  const [ours, far, core] = rloc === 4 ? [RLOC, FAR, '10.0.0.7'] : [RLOC6, '2001:db8:9::2', '2001:db8::7'];
  const lisp = concat(
    hex(instance === 0 ? '00000000' : '08000000'),
    hex(`${instance.toString(16).padStart(6, '0')}00`),
  );
  const outer = ip(
    { source: ours, destination: far, ttl: 1 },
    udp(0xc000, 4341, concat(lisp, packet(400, 0, source))),
  );
  const error = icmpErrorAbout(outer.subarray(0, bytes), parseAddress(core), { type: 'ttl-expired' });
  b.punt('core-icmp', core, ours, { ifindex: RLOC_PORT, frame: frame(error ?? new Uint8Array()) });
  return originated(b);
}

const SITE = { databaseMappings: [{ eid: prefix('1.1.1.0/24') }, { eid: prefix('[7]9.9.9.0/24') }] };

test('Time Exceeded from the core is told to the host, in the name of the router of the core', (t) => {
  const b = bench(SITE);
  const [effect] = expiredInCore(b, HOST);
  t.is(effect?.ifindex, EID_PORT);
  const { problem, from, to, quote } = readIcmpError(effect?.packets[0] ?? new Uint8Array());
  t.deepEqual([problem, from, to], [{ type: 'ttl-expired' }, parseAddress('10.0.0.7'), parseAddress(HOST)]);
  t.deepEqual(quote, packet(400, 0).subarray(0, quote.length));
  t.deepEqual(counts(b, 'coreIcmpIn', 'icmpErrorsOut'), [1, 1]);
});

test('a core of the other family answers in the name of the gateway', (t) => {
  const locator = {
    rloc: parseAddress('2001:db8:9::2'),
    source: parseAddress(RLOC6),
    priority: 1,
    weight: 1,
    usable: true,
  };
  const mapping = {
    eid: prefix('5.5.5.0/24'),
    forwarding: { action: 'encapsulate', locators: [locator] },
  } as const;
  const b = bench({ ...SITE, staticMappings: [mapping] });
  const [effect] = expiredInCore(b, HOST, 6);
  t.deepEqual(readIcmpError(effect?.packets[0] ?? new Uint8Array()).from, parseAddress('1.1.1.254'));
});

test('only hosts of ours are told, in their instance, and only if the quote has their header', (t) => {
  const own = [GATEWAY, { eid: eid('[7]9.9.9.254'), ifindex: 99 }];
  const b = bench(SITE, own);
  t.deepEqual(expiredInCore(b, '7.7.7.7'), []);
  t.deepEqual(expiredInCore(b, HOST, 4, 500, 7), []);
  t.deepEqual(counts(b, 'coreIcmpRejected'), [2]);
  t.is(expiredInCore(b, '9.9.9.1', 4, 500, 7)[0]?.ifindex, 99);
  for (const bytes of [28, 36, 40, 55]) t.deepEqual(expiredInCore(b, HOST, 4, bytes), [], `${bytes}`);
  t.deepEqual(counts(b, 'coreIcmpTooShort'), [4]);
  t.is(expiredInCore(b, HOST, 4, 56 + 8).length, 1);
});
