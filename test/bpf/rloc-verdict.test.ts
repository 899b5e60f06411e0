// SPDX-License-Identifier: Apache-2.0
// Packets on RLOC-facing interfaces that are not decapsulated: passed to the kernel, invalid, or without a local EID.
import test from 'ava';
import { concat, ethernet, hex, ip, type IpFields, ipv4, ipv6, udp } from '#test/helpers/packets.js';
import { check, type Fixture } from './fixture.js';
import { Router, XDP_DROP, XDP_PASS } from './router.js';
import {
  EID,
  FAMILIES,
  type Family,
  GATEWAY_MAC,
  HOST,
  HOST7,
  OURS,
  PEER,
  REMOTE,
  RLOC,
  OTHER,
} from './site.js';
import { AWAY, DYNAMIC, LOCAL, localEid } from './tables.js';
import { fromRemote, payload, tunnel, type TunnelFields } from './tunnel.js';

const router = new Router('rloc');
test.after.always(() => router.close());

const DATA = udp(1000, 2000, payload(20));

function inner(family: Family, fields: Partial<IpFields> = {}): Uint8Array {
  return ip({ source: PEER[family], destination: HOST[family], ...fields }, DATA);
}

const toUs = (packet: Uint8Array) => ethernet(RLOC.mac, GATEWAY_MAC, packet);
const lispData = (rloc: Family, packet: Uint8Array, fields: TunnelFields = {}) =>
  toUs(fromRemote(rloc, packet, fields));

const fixture = test.macro(async (t, expected: Fixture) => {
  await check(t, router, { port: RLOC, ...expected });
});

for (const family of FAMILIES) {
  for (const [name, frame] of [
    ['another UDP port', lispData(family, inner(4), { port: 4342 })],
    ['another protocol', lispData(family, inner(4), { protocol: 6 })],
    ['another RLOC', toUs(tunnel(REMOTE[family], family === 4 ? '4.4.4.5' : 'fd00:4::5', inner(4)))],
    ['another MAC address', ethernet(EID.mac, GATEWAY_MAC, fromRemote(family, inner(4)))],
    ['no UDP header', lispData(family, inner(4)).subarray(0, family === 4 ? 34 + 7 : 54 + 7)],
    ['no IP header', lispData(family, inner(4)).subarray(0, family === 4 ? 33 : 53)],
  ] as const) {
    test(`to the kernel, IPv${family}: ${name}`, fixture, {
      frame,
      verdict: XDP_PASS,
      counters: { 'to-kernel': 1 },
    });
  }
}

const extension = concat(hex('1100 0104 00000000'), tunnel(REMOTE[6], OURS[6], inner(4)).subarray(40));
for (const [name, frame] of [
  ['first fragment', lispData(4, inner(4), { flagsAndOffset: 0x2000 })],
  ['later fragment', lispData(4, inner(4), { flagsAndOffset: 0x0010 })],
  ['IPv6 extension header', toUs(ipv6({ source: REMOTE[6], destination: OURS[6], protocol: 60 }, extension))],
  ['IPv6 fragment', toUs(ipv6({ source: REMOTE[6], destination: OURS[6], protocol: 44 }, extension))],
  ['ARP', ethernet(RLOC.mac, GATEWAY_MAC, new Uint8Array(46), 0x0806)],
  ['VLAN tag', ethernet(RLOC.mac, GATEWAY_MAC, concat(hex('000a 0800'), fromRemote(4, inner(4))), 0x8100)],
  ['header length of 4 words', toUs(Uint8Array.of(0x44, ...fromRemote(4, inner(4)).subarray(1)))],
] as const) {
  test(`to the kernel: ${name}`, fixture, { frame, verdict: XDP_PASS, counters: { 'to-kernel': 1 } });
}

for (const [name, port] of [
  ['is not RLOC-facing', EID],
  ['is not known', OTHER],
] as const) {
  test(`to the kernel: interface ${name} 9300-4.2-D02`, fixture, {
    frame: ethernet(port.mac, GATEWAY_MAC, fromRemote(4, inner(4))),
    port,
    verdict: XDP_PASS,
    counters: { 'to-kernel': 1 },
  });
}

const truncated = (bytes: number) => lispData(4, inner(4)).subarray(0, bytes);
const from = (source: string) => toUs(tunnel(source, OURS[source.includes(':') ? 6 : 4], inner(4)));
for (const [name, frame] of [
  ['frame ends in the LISP header', truncated(14 + 20 + 8 + 7)],
  ['frame ends in the inner packet', truncated(14 + 36 + 30)],
  ['IPv4 checksum wrong', lispData(4, inner(4), { checksum: 0x1234 })],
  ['IPv4 checksum wrong, options', lispData(4, inner(4), { options: hex('01010101'), checksum: 0x1234 })],
  ['IP version 5', toUs(Uint8Array.of(0x55, ...fromRemote(4, inner(4)).subarray(1)))],
  ['IPv4 longer than the frame', lispData(4, inner(4), { length: 500 })],
  ['IPv6 longer than the frame', lispData(6, inner(4), { length: 500 })],
  ['UDP shorter than the headers', lispData(4, inner(4), { udpLength: 15 })],
  ['UDP of no length', lispData(6, inner(4), { udpLength: 0 })],
  ['UDP longer than the frame', lispData(4, inner(4), { udpLength: 65 })],
  ['UDP longer than IPv4', concat(lispData(4, inner(4), { udpLength: 65 }), hex('ee'))],
  ['UDP longer than IPv6', concat(lispData(6, inner(4), { udpLength: 65 }), hex('ee'))],
  ['from multicast', from('224.1.1.1')],
  ['from broadcast', from('255.255.255.255')],
  ['from 0.0.0.0', from('0.0.0.0')],
  ['from loopback', from('127.0.0.1')],
  ['from IPv6 multicast', from('ff0e::1')],
  ['from ::', from('::')],
  ['from ::1', from('::1')],
] as const) {
  test(`bad outer: ${name}`, fixture, { frame, verdict: XDP_DROP, counters: { 'bad-outer': 1 } });
}

for (const flags of [0x01, 0x02, 0x03, 0x8b]) {
  test(`bad LISP flags: KK of 0x${flags.toString(16)} 9300-5.3-D04`, fixture, {
    frame: lispData(4, inner(4), { flags }),
    verdict: XDP_DROP,
    counters: { 'bad-lisp-flags': 1 },
  });
}

for (const [name, packet, fields] of [
  ['empty', new Uint8Array(), {}],
  ['one byte', Uint8Array.of(0x45), {}],
  ['version 5', Uint8Array.of(0x55, ...inner(4).subarray(1)), {}],
  ['IPv4 header cut', inner(4).subarray(0, 19), {}],
  ['IPv6 header cut', inner(6).subarray(0, 39), {}],
  ['IPv4 header length of 4 words', Uint8Array.of(0x44, ...inner(4).subarray(1)), {}],
  ['IPv4 shorter than its header', inner(4, { length: 19 }), {}],
  ['IPv4 longer than UDP', inner(4, { length: 49 }), {}],
  [
    'IPv4 longer than UDP, in the frame',
    concat(inner(4, { length: 49 }), hex('ee')),
    { udpLength: 64, length: 84 },
  ],
  ['IPv6 longer than UDP', inner(6, { length: 29 }), {}],
  ['IPv4 checksum wrong', inner(4, { checksum: 0x1234 }), {}],
  ['from multicast', inner(4, { source: '239.1.1.1' }), {}],
  ['from broadcast', inner(4, { source: '255.255.255.255' }), {}],
  ['from loopback', inner(4, { source: '127.0.0.1' }), {}],
  ['from 0.0.0.0', inner(4, { source: '0.0.0.0' }), {}],
  ['from IPv6 multicast', inner(6, { source: 'ff02::1' }), {}],
  ['from IPv6 loopback', inner(6, { source: '::1' }), {}],
  ['from IPv6 link-local', inner(6, { source: 'fe80::1' }), {}],
] as const) {
  test(`bad inner: ${name}`, fixture, {
    frame: lispData(4, packet, fields),
    verdict: XDP_DROP,
    counters: { 'bad-inner': 1 },
  });
}

for (const family of FAMILIES) {
  test(`IPv${family}: not a local EID`, fixture, {
    frame: lispData(4, inner(family, { destination: family === 4 ? '5.5.7.5' : 'fd00:57::5' })),
    verdict: XDP_DROP,
    counters: { 'not-our-eid': 1 },
  });

  for (const [name, entry] of [
    ['in a dynamic-EID prefix', { kind: DYNAMIC }],
    ['away, with unknown new locators', { kind: AWAY }],
  ] as const) {
    test(`IPv${family}: ${name}: stale`, fixture, {
      frame: lispData(6, inner(family)),
      entries: [localEid(HOST[family], entry)],
      verdict: XDP_DROP,
      counters: { stale: 1, punted: 1 },
    });
  }
}

test('the route leads to an interface of another instance 9300-8-01', fixture, {
  frame: lispData(4, inner(4, { destination: HOST7 })),
  entries: [localEid(HOST7, { kind: LOCAL })],
  verdict: XDP_DROP,
  counters: { 'wrong-instance': 1 },
});

test('the route leads to the underlay 9300-8-01', fixture, {
  frame: lispData(4, ipv4({ source: PEER[4], destination: REMOTE[4] }, DATA)),
  entries: [localEid(REMOTE[4], { kind: LOCAL })],
  verdict: XDP_DROP,
  counters: { 'wrong-instance': 1 },
});
