// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { formatAddress, formatPrefix, parseAddress, parsePrefix } from '#addr/index.js';
import { decodeLocalAddress } from '#netlink/rtnetlink/address.js';
import {
  concatBytes,
  encodeAttributes,
  encodeU32,
  parseAttributes,
  RtnetlinkFormatError,
} from '#netlink/rtnetlink/attributes.js';
import { decodeLink } from '#netlink/rtnetlink/link.js';
import { decodeNeighbour, encodeNeighbour } from '#netlink/rtnetlink/neighbour.js';
import { decodeRoute, encodeInterfaceRoute, encodeRouteLookup } from '#netlink/rtnetlink/route.js';
import * as vectors from './vectors.js';

const { bytesOf } = vectors;

/** The value with addresses and prefixes as text, and byte arrays as hexadecimal digits. */
function readable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  if ('bits' in value) return formatAddress(value as Parameters<typeof formatAddress>[0]);
  if ('length' in value) return formatPrefix(value as unknown as Parameters<typeof formatPrefix>[0]);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, readable(each)]));
}

const decodes = test.macro({
  title: (_, decode: (bytes: Uint8Array) => unknown, vector: keyof typeof vectors) =>
    `${decode.name} reads ${vector}`,
  exec(t, decode: (bytes: Uint8Array) => unknown, vector: keyof typeof vectors, expected: unknown) {
    const bytes = bytesOf(vectors[vector] as string);
    t.deepEqual(readable(decode(bytes)), expected);
    // A cut between two attributes cannot be noticed. Any other cut must be a RtnetlinkFormatError.
    for (let length = 0; length < bytes.length; length++) {
      try {
        decode(bytes.subarray(0, length));
      } catch (error) {
        t.true(error instanceof RtnetlinkFormatError, `${length} bytes: ${String(error)}`);
      }
    }
    t.throws(() => decode(bytes.subarray(0, 7)), { code: 'ERR_RTNETLINK_FORMAT' });
    t.throws(() => decode(bytes.subarray(0, 18)), { code: 'ERR_RTNETLINK_FORMAT' });
  },
});

test(decodes, decodeLink, 'LINK_VETH', {
  name: 'eid0',
  ifindex: 2,
  mac: '020000000001',
  mtu: 1400,
  up: true,
  kind: 'veth',
});
test(decodes, decodeLink, 'LINK_LOOPBACK_DOWN', {
  name: 'lo',
  ifindex: 1,
  mac: '000000000000',
  mtu: 65536,
  up: false,
  kind: undefined,
});
test(decodes, decodeLocalAddress, 'ADDRESS_V4', {
  ifindex: 2,
  address: '1.1.1.254',
  prefixLength: 24,
  usable: true,
});
test(decodes, decodeLocalAddress, 'ADDRESS_V4_PEER', {
  ifindex: 2,
  address: '10.9.9.1',
  prefixLength: 32,
  usable: true,
});
test(decodes, decodeLocalAddress, 'ADDRESS_V6_TENTATIVE', {
  ifindex: 2,
  address: '2001:db8::fe',
  prefixLength: 64,
  usable: false,
});
test(decodes, decodeNeighbour, 'NEIGHBOUR_V4_STALE', {
  ifindex: 2,
  address: '1.1.1.1',
  state: 4,
  lladdr: '0200000000aa',
  protocol: 0,
});
test(decodes, decodeNeighbour, 'NEIGHBOUR_V4_INCOMPLETE', {
  ifindex: 2,
  address: '1.1.1.2',
  state: 1,
  lladdr: '',
  protocol: 246,
});
test(decodes, decodeNeighbour, 'NEIGHBOUR_V6_REACHABLE', {
  ifindex: 2,
  address: '2001:db8::1',
  state: 2,
  lladdr: '0200000000aa',
  protocol: 0,
});

const main = { table: 254, protocol: 3, type: 1, metric: 0 };
test(decodes, decodeRoute, 'ROUTE_GATEWAY', {
  ...main,
  prefix: '9.9.1.0/24',
  nextHops: [{ ifindex: 2, gateway: '1.1.1.2' }],
});
test(decodes, decodeRoute, 'ROUTE_HOST', {
  ...main,
  prefix: '9.9.4.4/32',
  protocol: 246,
  metric: 4342,
  nextHops: [{ ifindex: 2, gateway: undefined }],
});
test(decodes, decodeRoute, 'ROUTE_MULTIPATH', {
  ...main,
  prefix: '9.9.2.0/24',
  nextHops: [
    { ifindex: 2, gateway: '1.1.1.3' },
    { ifindex: 2, gateway: '1.1.1.4' },
  ],
});
test(decodes, decodeRoute, 'ROUTE_VIA_INET6', {
  ...main,
  prefix: '9.9.3.0/24',
  nextHops: [{ ifindex: 2, gateway: '2001:db8::2' }],
});
test(decodes, decodeRoute, 'ROUTE_V6_MULTIPATH', {
  ...main,
  prefix: '2001:db8:9::/48',
  metric: 1024,
  nextHops: [
    { ifindex: 2, gateway: '2001:db8::3' },
    { ifindex: 2, gateway: '2001:db8::4' },
  ],
});
test(decodes, decodeRoute, 'ROUTE_LOCAL', {
  ...main,
  prefix: '1.1.1.7/32',
  table: 255,
  protocol: 2,
  type: 2,
  nextHops: [{ ifindex: 2, gateway: undefined }],
});

test('an encoded host route decodes to the same', (t) => {
  const route = { prefix: parsePrefix('2001:db8::1/128'), ifindex: 7, protocol: 246, metric: 4342 };
  t.deepEqual(readable(decodeRoute(encodeInterfaceRoute({ ...route, scope: 253 }))), {
    prefix: '2001:db8::1/128',
    table: 254,
    protocol: 246,
    type: 1,
    metric: 4342,
    nextHops: [{ ifindex: 7, gateway: undefined }],
  });
});

test('an encoded neighbour decodes to the same', (t) => {
  const address = parseAddress('10.0.0.1');
  const neighbour = decodeNeighbour(encodeNeighbour({ ifindex: 7, address, state: 0x10, protocol: 246 }));
  t.deepEqual(neighbour, { ifindex: 7, address, state: 0x10, lladdr: '', protocol: 246 });
});

test('a route lookup has the address with its full length', (t) => {
  t.is(
    Buffer.from(encodeRouteLookup(parseAddress('4.4.4.4'))).toString('hex'),
    '022000000000000000200000' + '0800010004040404',
  );
});

const another = test.macro({
  title: (_, what: string) => `${what} is ignored`,
  exec: (t, _what: string, decode: (bytes: Uint8Array) => unknown, hex: string) =>
    t.is(decode(bytesOf(hex)), undefined),
});
test(another, 'a bridge forwarding entry', decodeNeighbour, '070000000200000002000001');
test(another, 'a proxy entry', decodeNeighbour, '02000000020000000000080508000100' + '01010107');
test(another, 'an MPLS route', decodeRoute, '1c1400000000000000000000');
test(another, 'an address of another family', decodeLocalAddress, '1108800002000000');
test(another, 'a neighbour without address', decodeNeighbour, '020000000200000002000001');

const refused = test.macro({
  title: (_, what: string) => `${what} is refused`,
  exec: (t, _what: string, decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array, message: RegExp) =>
    t.throws(() => decode(bytes), { instanceOf: RtnetlinkFormatError, message }),
});
test(refused, 'an attribute of length 3', parseAttributes, bytesOf('03000100'), /offset 0 says 3 bytes/);
test(
  refused,
  'an attribute beyond the end',
  parseAttributes,
  bytesOf('0900010000000000'),
  /9 bytes, 8 are left/,
);
test(
  refused,
  'an IPv4 neighbour with 16 bytes of address',
  decodeNeighbour,
  concatBytes(bytesOf('020000000200000002000001'), encodeAttributes([[1, new Uint8Array(16)]])),
  /family 2 does not have 16 bytes/,
);
test(
  refused,
  'a next hop that says 4 bytes',
  decodeRoute,
  concatBytes(bytesOf('02180000fe03000100000000'), encodeAttributes([[9, bytesOf('0400000002000000')]])),
  /rtnexthop at offset 0 says 4 bytes/,
);
test(
  refused,
  'an interface index of 2 bytes',
  decodeRoute,
  concatBytes(bytesOf('02180000fe03000100000000'), encodeAttributes([[4, new Uint8Array(2)]])),
  /attribute 4 has 2 bytes/,
);

test('attributes are padded to four bytes, and flags are removed from the type', (t) => {
  const bytes = encodeAttributes([
    [1, Uint8Array.of(7)],
    [0x8002, encodeU32(5)],
  ]);
  t.is(bytes.length, 16);
  t.deepEqual([...parseAttributes(bytes).keys()], [1, 2]);
});

test('the MTU of a route is in its metrics', (t) => {
  const metrics = '0c000800 08000200 78050000'.replaceAll(' ', ''); // RTA_METRICS with RTAX_MTU
  t.is(decodeRoute(bytesOf(vectors.ROUTE_GATEWAY + metrics))?.mtu_bytes, 1400);
  t.is(decodeRoute(bytesOf(vectors.ROUTE_GATEWAY))?.mtu_bytes, undefined);
});
