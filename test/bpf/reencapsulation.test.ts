// SPDX-License-Identifier: Apache-2.0
// Packets to EIDs that have moved away and whose new locators are known.
import test from 'ava';
import { ethernet, ip, type IpFields, udp } from '#test/helpers/packets.js';
import { check, type Fixture } from './fixture.js';
import { Router, XDP_DROP, XDP_REDIRECT } from './router.js';
import {
  FAMILIES,
  type Family,
  GATEWAY_MAC,
  HOST,
  OURS,
  PEER,
  RLOC,
  SECOND,
  SILENT,
  UNREACHED,
} from './site.js';
import { AWAY, localEid, locator, locatorSet, NONE } from './tables.js';
import { flowOf, fromRemote, payload, tunnel, type TunnelFields } from './tunnel.js';

const router = new Router('rloc');
test.after.always(() => router.close());

const DATA = udp(1000, 2000, payload(20));
const REENCAPSULATED = { reencapsulated: 1, punted: 1 };
const MIXES = FAMILIES.flatMap((eid) =>
  FAMILIES.flatMap((rloc) => FAMILIES.map((next) => [eid, rloc, next] as const)),
);

function inner(family: Family, fields: Partial<IpFields> = {}): Uint8Array {
  return ip({ source: PEER[family], destination: HOST[family], ...fields }, DATA);
}

function fromGateway(rloc: Family, packet: Uint8Array, fields: TunnelFields = {}): Uint8Array {
  return ethernet(RLOC.mac, GATEWAY_MAC, fromRemote(rloc, packet, fields));
}

/** The host has moved behind this RLOC. */
const away = (eid: Family, rloc: string, instanceId = 0) => [
  localEid(HOST[eid], { kind: AWAY, locatorSet: 2, instanceId }),
  locatorSet(2, () => 2),
  locator(2, OURS[rloc.includes(':') ? 6 : 4], rloc),
];

const onwards = (next: Family, packet: Uint8Array, fields: TunnelFields) => (frame: Uint8Array) =>
  ethernet(
    GATEWAY_MAC,
    RLOC.mac,
    tunnel(OURS[next], SECOND[next], packet, { ...flowOf(frame, next), ...fields }),
  );

const fixture = test.macro(async (t, expected: Fixture) => {
  await check(t, router, { port: RLOC, ...expected });
});

for (const [eid, rloc, next] of MIXES) {
  const mix = `IPv${eid} from IPv${rloc} to IPv${next}`;
  test(`${mix}: is forwarded with its TTL decremented 9300-5.3-D11`, async (t) => {
    const { locators, mappings } = await check(t, router, {
      frame: fromGateway(rloc, inner(eid, { ttl: 60 }), { ttl: 50 }),
      port: RLOC,
      entries: away(eid, SECOND[next]),
      verdict: XDP_REDIRECT,
      counters: REENCAPSULATED,
      after: onwards(next, inner(eid, { ttl: 49 }), { ttl: 49 }),
    });
    t.deepEqual(locators[2], [1, inner(eid).length]);
    t.true(mappings.every(([packets]) => packets === 0));
  });

  test(`${mix}: inner TTL is the lower one`, fixture, {
    frame: fromGateway(rloc, inner(eid, { ttl: 2 }), { ttl: 50 }),
    entries: away(eid, SECOND[next]),
    verdict: XDP_REDIRECT,
    counters: REENCAPSULATED,
    after: onwards(next, inner(eid, { ttl: 1 }), { ttl: 1 }),
  });

  test(`${mix}: next hop not resolved`, fixture, {
    frame: fromGateway(rloc, inner(eid)),
    entries: away(eid, SILENT[next]),
    verdict: XDP_DROP,
    counters: { 'no-neighbour': 1, punted: 2 },
  });
}

for (const [outer, within] of [
  [1, 64],
  [64, 1],
  [0, 64],
  [64, 0],
] as const) {
  test(`TTL ${outer} over ${within} ends a loop of two away entries`, fixture, {
    frame: fromGateway(4, inner(4, { ttl: within }), { ttl: outer }),
    entries: away(4, SECOND[4]),
    verdict: XDP_DROP,
    counters: { 'ttl-expired': 1, punted: 2 },
  });
}

/** Decapsulation by RFC 6040 figure 4, then copying to the outer header: by inner and outer ECN. */
const ECN = [
  [0, 0, 0, undefined],
  [1, 1, 1, 3],
  [2, 1, 2, 3],
  [3, 3, 3, 3],
] as const;
for (const [innerEcn, row] of ECN.entries()) {
  for (const [outerEcn, left] of row.entries()) {
    test(`ECN: inner ${innerEcn}, outer ${outerEcn} becomes ${left ?? 'a drop'} in both 9300-5.3-20`, async (t) => {
      for (const [eid, rloc, next] of MIXES) {
        const tos = 0x28 | (left ?? 0);
        await check(t, router, {
          frame: fromGateway(rloc, inner(eid, { tos: 0xb8 | innerEcn }), { tos: 0x28 | outerEcn }),
          port: RLOC,
          entries: away(eid, SECOND[next]),
          ...(left === undefined
            ? { verdict: XDP_DROP, counters: { 'ecn-drop': 1 } }
            : {
                verdict: XDP_REDIRECT,
                counters: REENCAPSULATED,
                after: onwards(next, inner(eid, { tos, ttl: 63 }), { tos, ttl: 63 }),
              }),
        });
      }
    });
  }
}

test('the instance ID is kept, nonce and status bits are not', fixture, {
  frame: fromGateway(4, inner(4), { flags: 0xe8, nonce: 0x123456, second: (7 << 8) | 0xff }),
  entries: away(4, SECOND[4], 7),
  verdict: XDP_REDIRECT,
  counters: REENCAPSULATED,
  after: onwards(4, inner(4, { ttl: 63 }), { ttl: 63, flags: 0x08, second: 7 << 8 }),
});

test('no route to the new locator', fixture, {
  frame: fromGateway(4, inner(4)),
  entries: away(4, UNREACHED[4]),
  verdict: XDP_DROP,
  counters: { 'no-route': 1, punted: 1 },
});

test('no usable new locator', fixture, {
  frame: fromGateway(4, inner(4)),
  entries: [...away(4, SECOND[4]), locatorSet(2, () => NONE)],
  verdict: XDP_DROP,
  counters: { 'no-usable-locator': 1, punted: 1 },
});
