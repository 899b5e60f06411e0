// SPDX-License-Identifier: Apache-2.0
// Packets from EIDs: which are passed to the kernel unchanged, which are dropped, and the counters of both.
import test from 'ava';
import { concat, ethernet, hex, ICMPV6, ip, type IpFields, udp } from '#test/helpers/packets.js';
import { check, type Fixture } from './fixture.js';
import { Router, XDP_DROP, XDP_PASS, XDP_REDIRECT } from './router.js';
import { EID, EID7, type Family, FAMILIES, HOST, HOST_MAC, PEER, RLOC, OTHER } from './site.js';
import {
  AWAY,
  DROP,
  DYNAMIC,
  FORWARD_NATIVE,
  LOCAL_ACTION,
  localEid,
  locatorSet,
  mapping,
  NONE,
  SEND_MAP_REQUEST,
} from './tables.js';
import { payload } from './tunnel.js';

const router = new Router('eid');
test.after.always(() => router.close());

const DATA = udp(1000, 2000, payload(20));
const ANYWHERE = [mapping('0.0.0.0/0'), mapping('::/0'), localEid('0.0.0.0/0'), localEid('::/0')];

function packet(family: Family, fields: Partial<IpFields> = {}, data = DATA): Uint8Array {
  return ip({ source: HOST[family], destination: PEER[family], ...fields }, data);
}

function fromHost(...fields: Parameters<typeof packet>): Uint8Array {
  return ethernet(EID.mac, HOST_MAC, packet(...fields));
}

const fixture = test.macro(async (t, expected: Fixture) => {
  await check(t, router, expected);
});

for (const family of FAMILIES) {
  const host = PEER[family];
  const wide = family === 4 ? '1.0.0.0/8' : 'fd00::/16';
  for (const [action, entries, verdict, counter] of [
    ['no entry', [], XDP_PASS, 'no-mapping'],
    ['local', [mapping(host, { action: LOCAL_ACTION })], XDP_PASS, 'local-eid'],
    ['forward-native', [mapping(host, { action: FORWARD_NATIVE })], XDP_PASS, 'forward-native'],
    ['drop', [mapping(host, { action: DROP })], XDP_DROP, 'drop-action'],
    [
      'drop, longer than encapsulate',
      [mapping(wide), mapping(host, { action: DROP })],
      XDP_DROP,
      'drop-action',
    ],
    [
      'encapsulate, longer than drop',
      [mapping(wide, { action: DROP }), mapping(host)],
      XDP_REDIRECT,
      'encapsulated',
    ],
    ['of another instance', [mapping(host, { instanceId: 7 })], XDP_PASS, 'no-mapping'],
    ['unknown', [mapping(host, { action: 77 })], XDP_DROP, 'internal'],
    ['locator-set out of range', [mapping(host, { locatorSet: 99 })], XDP_DROP, 'internal'],
    ['no usable locator', [mapping(host), locatorSet(0, () => NONE)], XDP_DROP, 'no-usable-locator'],
    ['locator out of range', [mapping(host), locatorSet(0, () => 99)], XDP_DROP, 'internal'],
  ] as const) {
    test(`IPv${family} map-cache: ${action}`, fixture, {
      frame: fromHost(family),
      entries,
      verdict,
      counters: { [counter]: 1 },
      ...(verdict === XDP_REDIRECT ? { after: (frame: Uint8Array) => frame } : {}),
    });
  }

  test(`IPv${family} map-cache: send-map-request`, fixture, {
    frame: fromHost(family),
    entries: [mapping(host, { action: SEND_MAP_REQUEST })],
    verdict: XDP_DROP,
    counters: { 'map-cache-miss': 1, punted: 1 },
  });

  const dynamic = family === 4 ? '5.5.5.0/24' : 'fd00:5::/64';
  for (const [source, entries, verdict, counters] of [
    [
      'in a dynamic-EID prefix',
      [localEid(dynamic, { kind: DYNAMIC })],
      XDP_REDIRECT,
      { encapsulated: 1, punted: 1 },
    ],
    ['away', [localEid(HOST[family], { kind: AWAY })], XDP_REDIRECT, { encapsulated: 1, punted: 1 }],
    [
      'local in a dynamic-EID prefix',
      [localEid(dynamic, { kind: DYNAMIC }), localEid(HOST[family])],
      XDP_REDIRECT,
      { encapsulated: 1 },
    ],
  ] as const) {
    test(`IPv${family} source ${source}`, fixture, {
      frame: fromHost(family),
      entries: [mapping(host), ...entries],
      verdict,
      counters,
      after: (frame) => frame,
    });
  }

  test(`IPv${family} source is not a local EID`, fixture, {
    frame: fromHost(family, { source: family === 4 ? '5.5.7.5' : 'fd00:57::5' }),
    entries: [mapping(host)],
    verdict: XDP_PASS,
    counters: { 'to-kernel': 1 },
  });

  test(`IPv${family} source is an EID of another instance 9300-8-01`, fixture, {
    frame: ethernet(EID7.mac, HOST_MAC, packet(family)),
    port: EID7,
    entries: [mapping(host, { instanceId: 7 })],
    verdict: XDP_PASS,
    counters: { 'to-kernel': 1 },
  });
}

const ARP = concat(hex('0001 0800 0604 0001'), new Uint8Array(38));
const nd = (type: number) =>
  fromHost(6, { protocol: ICMPV6, ttl: 255 }, concat(Uint8Array.of(type, 0), payload(22)));

for (const [name, frame] of [
  ['14 bytes and no packet', ethernet(EID.mac, HOST_MAC, new Uint8Array(), 0x0800)],
  ['for another MAC address', ethernet('02:00:00:00:01:09', HOST_MAC, packet(4))],
  ['broadcast', ethernet('ff:ff:ff:ff:ff:ff', HOST_MAC, packet(4))],
  ['ARP', ethernet(EID.mac, HOST_MAC, ARP, 0x0806)],
  ['VLAN tag', ethernet(EID.mac, HOST_MAC, concat(hex('000a 0800'), packet(4)), 0x8100)],
  ['LLC', ethernet(EID.mac, HOST_MAC, packet(4), 0x0040)],
  ['IPv6 in an IPv4 frame', ethernet(EID.mac, HOST_MAC, packet(6), 0x0800)],
  ['IPv4 in an IPv6 frame', ethernet(EID.mac, HOST_MAC, packet(4), 0x86dd)],
  ['IPv4 TTL 1', fromHost(4, { ttl: 1 })],
  ['IPv4 TTL 0', fromHost(4, { ttl: 0 })],
  ['IPv6 hop limit 1', fromHost(6, { ttl: 1 })],
  ['IPv4 checksum wrong', fromHost(4, { checksum: 0x1234 })],
  ['IPv4 checksum wrong with options', fromHost(4, { options: hex('01010101'), checksum: 0x1234 })],
  ['IPv4 longer than the frame', fromHost(4, { length: 100 })],
  ['IPv4 shorter than its header', fromHost(4, { length: 19 })],
  ['IPv4 options behind the frame', fromHost(4, { options: new Uint8Array(40) }).subarray(0, 60)],
  ['IPv6 longer than the frame', fromHost(6, { length: 100 })],
  ['IPv4 to multicast', fromHost(4, { destination: '224.0.0.5' })],
  ['IPv4 to broadcast', fromHost(4, { destination: '255.255.255.255' })],
  ['IPv4 to link-local', fromHost(4, { destination: '169.254.1.1' })],
  ['IPv4 to loopback', fromHost(4, { destination: '127.0.0.1' })],
  ['IPv4 to 0.0.0.0', fromHost(4, { destination: '0.0.0.0' })],
  ['IPv4 from 0.0.0.0', fromHost(4, { source: '0.0.0.0' })],
  ['IPv4 from multicast', fromHost(4, { source: '239.1.1.1' })],
  ['IPv4 from link-local', fromHost(4, { source: '169.254.1.1' })],
  ['IPv6 to multicast', fromHost(6, { destination: 'ff02::1' })],
  ['IPv6 to link-local', fromHost(6, { destination: 'fe80::1' })],
  ['IPv6 to febf::1, link-local too', fromHost(6, { destination: 'febf::1' })],
  ['IPv6 to loopback', fromHost(6, { destination: '::1' })],
  ['IPv6 to ::', fromHost(6, { destination: '::' })],
  ['IPv6 from ::', fromHost(6, { source: '::' })],
  ['IPv6 from link-local', fromHost(6, { source: 'fe80::1' })],
  ['router solicitation', nd(133)],
  ['router advertisement', nd(134)],
  ['neighbour solicitation', nd(135)],
  ['neighbour advertisement', nd(136)],
  ['redirect', nd(137)],
] as const) {
  test(`to the kernel: ${name}`, fixture, {
    frame,
    entries: ANYWHERE,
    verdict: XDP_PASS,
    counters: { 'to-kernel': 1 },
  });
}

for (const [name, frame] of [
  ['240.0.0.1, which is unicast to Linux', fromHost(4, { destination: '240.0.0.1' })],
  ['ICMPv6 132', nd(132)],
  ['ICMPv6 138', nd(138)],
  ['::2', fromHost(6, { destination: '::2' })],
  ['1::', fromHost(6, { destination: '1::' })],
] as const) {
  test(`encapsulated: ${name}`, fixture, {
    frame,
    entries: ANYWHERE,
    verdict: XDP_REDIRECT,
    counters: { encapsulated: 1 },
    after: (after) => after,
  });
}

for (const [name, port] of [
  ['is not EID-facing', RLOC],
  ['is not known', OTHER],
] as const) {
  test(`to the kernel: interface ${name}`, fixture, {
    frame: ethernet(port.mac, HOST_MAC, packet(4)),
    port,
    entries: ANYWHERE,
    verdict: XDP_PASS,
    counters: { 'to-kernel': 1 },
  });
}
