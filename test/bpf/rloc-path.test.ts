// SPDX-License-Identifier: Apache-2.0
// LISP data packets that are decapsulated: bytes of the inner packet, TTL, DSCP and ECN, LISP flags, instance IDs.
import test from 'ava';
import { concat, ethernet, hex, ip, type IpFields, ipv4, udp } from '#test/helpers/packets.js';
import { check, type Fixture } from './fixture.js';
import { Router, XDP_DROP, XDP_PASS, XDP_REDIRECT } from './router.js';
import {
  ABSENT_HOST,
  EID,
  EID7,
  FAMILIES,
  type Family,
  GATEWAY_MAC,
  HOST,
  HOST7,
  HOST_MAC,
  PEER,
  RLOC,
} from './site.js';
import { fromRemote, padded, payload, type TunnelFields } from './tunnel.js';

const router = new Router('rloc');
test.after.always(() => router.close());

const DATA = udp(1000, 2000, payload(20));
const DECAPSULATED = { decapsulated: 1 };
const MIXES = FAMILIES.flatMap((eid) => FAMILIES.map((rloc) => [eid, rloc] as const));

function inner(family: Family, fields: Partial<IpFields> = {}, data = DATA): Uint8Array {
  return ip({ source: PEER[family], destination: HOST[family], ...fields }, data);
}

function fromGateway(rloc: Family, packet: Uint8Array, fields: TunnelFields = {}): Uint8Array {
  return ethernet(RLOC.mac, GATEWAY_MAC, fromRemote(rloc, packet, fields));
}

const toHost = (packet: Uint8Array) => () => ethernet(HOST_MAC, EID.mac, packet);
/** Passed to the kernel with unchanged MAC addresses. */
const toKernel = (packet: Uint8Array) => () => ethernet(RLOC.mac, GATEWAY_MAC, packet);

const fixture = test.macro(async (t, expected: Omit<Fixture, 'port'>) => {
  await check(t, router, { ...expected, port: RLOC });
});

for (const [eid, rloc] of MIXES) {
  const both = `IPv${eid} in IPv${rloc}`;
  test(`${both} 9300-5-03, 9300-5.3-03`, fixture, {
    frame: fromGateway(rloc, inner(eid)),
    verdict: XDP_REDIRECT,
    counters: DECAPSULATED,
    after: toHost(inner(eid, { ttl: 63 })),
  });

  for (const [outerTtl, innerTtl, left] of [
    [64, 64, 63],
    [255, 64, 63],
    [63, 64, 62],
    [2, 64, 1],
    [64, 2, 1],
    [2, 255, 1],
  ] as const) {
    test(`${both}: TTL ${outerTtl} over ${innerTtl} leaves ${left} 9300-5.3-17`, fixture, {
      frame: fromGateway(rloc, inner(eid, { ttl: innerTtl }), { ttl: outerTtl }),
      verdict: XDP_REDIRECT,
      counters: DECAPSULATED,
      after: toHost(inner(eid, { ttl: left })),
    });
  }

  for (const [outerTtl, innerTtl] of [
    [1, 64],
    [64, 1],
    [0, 64],
  ] as const) {
    test(`${both}: TTL ${outerTtl} over ${innerTtl} is used up, to be answered`, fixture, {
      frame: fromGateway(rloc, inner(eid, { ttl: innerTtl }), { ttl: outerTtl }),
      verdict: XDP_DROP,
      counters: { 'ttl-expired': 1, punted: 1 },
    });
  }

  test(`${both}: neighbour not resolved goes to the kernel`, fixture, {
    frame: fromGateway(rloc, inner(eid, { destination: ABSENT_HOST[eid] })),
    verdict: XDP_PASS,
    counters: { 'decapsulated-to-kernel': 1 },
    after: toKernel(inner(eid, { destination: ABSENT_HOST[eid] })),
  });

  test(`${both}: an EID of the router itself goes to the kernel 9300-4-02`, fixture, {
    frame: fromGateway(rloc, inner(eid, { destination: eid === 4 ? '5.5.5.254' : 'fd00:5::fe' })),
    verdict: XDP_PASS,
    counters: { 'decapsulated-to-kernel': 1 },
    after: toKernel(inner(eid, { destination: eid === 4 ? '5.5.5.254' : 'fd00:5::fe' })),
  });

  test(`${both}: padding of the frame does not reach the host`, fixture, {
    frame: concat(padded(fromGateway(rloc, inner(eid, {}, new Uint8Array()))), hex('eeeeee')),
    verdict: XDP_REDIRECT,
    counters: DECAPSULATED,
    after: toHost(inner(eid, { ttl: 63 }, new Uint8Array())),
  });

  test(`${both}: UDP payload behind the inner packet does not reach the host`, fixture, {
    frame: fromGateway(rloc, concat(inner(eid), hex('eeeeee'))),
    verdict: XDP_REDIRECT,
    counters: DECAPSULATED,
    after: toHost(inner(eid, { ttl: 63 })),
  });

  test(`${both}: DSCP is the outer one 9300-5.3-18`, async (t) => {
    for (let dscp = 0; dscp < 64; dscp++) {
      await check(t, router, {
        frame: fromGateway(rloc, inner(eid, { tos: (63 - dscp) << 2 }), { tos: dscp << 2 }),
        port: RLOC,
        verdict: XDP_REDIRECT,
        counters: DECAPSULATED,
        after: toHost(inner(eid, { tos: dscp << 2, ttl: 63 })),
      });
    }
  });
}

/** RFC 6040 figure 4: by inner and outer Not-ECT 0, ECT(1) 1, ECT(0) 2, CE 3; undefined is drop. */
const ECN = [
  [0, 0, 0, undefined],
  [1, 1, 1, 3],
  [2, 1, 2, 3],
  [3, 3, 3, 3],
] as const;
const CODEPOINTS = ['Not-ECT', 'ECT(1)', 'ECT(0)', 'CE'];

for (const [innerEcn, row] of ECN.entries()) {
  for (const [outerEcn, left] of row.entries()) {
    const names = `inner ${CODEPOINTS[innerEcn]}, outer ${CODEPOINTS[outerEcn]}`;
    const outcome = left === undefined ? 'is dropped' : `leaves ${CODEPOINTS[left]}`;
    test(`RFC 6040: ${names} ${outcome} 9300-5.3-19`, async (t) => {
      for (const [eid, rloc] of MIXES) {
        const frame = fromGateway(rloc, inner(eid, { tos: innerEcn }), { tos: 0xb8 | outerEcn });
        const expected =
          left === undefined
            ? { verdict: XDP_DROP, counters: { 'ecn-drop': 1 } }
            : {
                verdict: XDP_REDIRECT,
                counters: DECAPSULATED,
                after: toHost(inner(eid, { tos: 0xb8 | left, ttl: 63 })),
              };
        await check(t, router, { frame, port: RLOC, ...expected });
      }
    });
  }
}

for (const [name, fields] of [
  ['nonce 9300-5.3-D08', { flags: 0x80, nonce: 0x123456 }],
  ['nonce that is not present 9300-5.3-D06', { nonce: 0x123456 }],
  ['N and V both 9300-5.3-09', { flags: 0x90, nonce: 0x123456 }],
  ['map-version', { flags: 0x10, nonce: 0x001002 }],
  ['E without N 9300-5.3-10', { flags: 0x20 }],
  ['E with N', { flags: 0xa0, nonce: 1 }],
  ['R 9300-5.3-13', { flags: 0x04 }],
  ['status bits', { flags: 0x40, second: 0xffffffff }],
  ['status bits without L 9300-5.3-D03', { second: 0xffffffff }],
  ['instance ID 0', { flags: 0x08, second: 0xff }],
  ['UDP checksum that is not verified 9300-5.3-05, -07', { udpChecksum: 0x1234 }],
  ['another source port', { sourcePort: 4341 }],
  ['fragments allowed', { flagsAndOffset: 0 }],
  ['outer options', { options: hex('94040000 01010100') }],
  ['40 bytes of outer options', { options: new Uint8Array(40).fill(1) }],
] as const) {
  test(`taken: ${name}`, fixture, {
    frame: fromGateway(4, inner(4), fields),
    verdict: XDP_REDIRECT,
    counters: DECAPSULATED,
    after: toHost(inner(4, { ttl: 63 })),
  });
}

for (const [name, fields] of [
  ['options', { options: hex('94040000 01010100') }],
  ['first fragment', { flagsAndOffset: 0x2000 }],
  ['later fragment', { flagsAndOffset: 0x0010 }],
] as const) {
  test(`inner IPv4: ${name}`, fixture, {
    frame: fromGateway(4, inner(4, fields)),
    verdict: XDP_REDIRECT,
    counters: DECAPSULATED,
    after: toHost(inner(4, { ...fields, ttl: 63 })),
  });
}

const toHost7 = (ttl: number) => ipv4({ source: PEER[4], destination: HOST7, ttl }, DATA);

test('the instance ID of the header chooses the table 9300-8-D02', fixture, {
  frame: fromGateway(4, toHost7(64), { flags: 0x08, second: (7 << 8) | 0xff }),
  verdict: XDP_REDIRECT,
  counters: DECAPSULATED,
  after: () => ethernet(HOST_MAC, EID7.mac, toHost7(63)),
});

for (const [name, fields] of [
  ['no instance ID', {}],
  ['another instance ID', { flags: 0x08, second: 8 << 8 }],
  ['an instance ID without I', { second: 7 << 8 }],
] as const) {
  test(`${name} does not reach an EID of instance 7 9300-8-01`, fixture, {
    frame: fromGateway(4, toHost7(64), fields),
    verdict: XDP_DROP,
    counters: { 'not-our-eid': 1 },
  });
}
