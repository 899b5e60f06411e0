// SPDX-License-Identifier: Apache-2.0
// Packets from EIDs that are encapsulated: bytes of the outer header, status bits, instance IDs, choice of locator.
import test from 'ava';
import { concat, ethernet, hex, ip, type IpFields, SCTP, TCP, u16, UDP, udp } from '#test/helpers/packets.js';
import { check } from './fixture.js';
import { Router, XDP_REDIRECT } from './router.js';
import {
  EID,
  EID7,
  FAMILIES,
  type Family,
  GATEWAY_MAC,
  HOST,
  HOST7,
  HOST_MAC,
  OURS,
  PEER,
  REMOTE,
  RLOC,
  SECOND,
  SITE,
} from './site.js';
import {
  BUCKETS,
  caches,
  LOCAL,
  localEid,
  locator,
  locatorSet,
  mapping,
  SEND_STATUS_BITS,
  settings,
} from './tables.js';
import { flowOf, padded, payload, tunnel, type TunnelFields } from './tunnel.js';

const router = new Router('eid');
test.after.always(() => router.close());

const PREFIX = { 4: '1.1.1.0/24', 6: 'fd00:1::/64' } as const;
const DATA = udp(1000, 2000, payload(20));
const SENT = { encapsulated: 1 };

function inner(family: Family, fields: Partial<IpFields> = {}, data = DATA): Uint8Array {
  return ip({ source: HOST[family], destination: PEER[family], ...fields }, data);
}

function fromHost(packet: Uint8Array): Uint8Array {
  return ethernet(EID.mac, HOST_MAC, packet);
}

/**
 * The expected frame to the gateway. Source port and flow label, which come from the hash, are copied from the frame.
 */
function toGateway(family: Family, packet: Uint8Array, fields: TunnelFields = {}) {
  return (frame: Uint8Array) =>
    ethernet(
      GATEWAY_MAC,
      RLOC.mac,
      tunnel(OURS[family], REMOTE[family], packet, { ...flowOf(frame, family), ...fields }),
    );
}

for (const eid of FAMILIES) {
  for (const rloc of FAMILIES) {
    const entries = [mapping(PREFIX[eid], { locatorSet: rloc === 4 ? 0 : 1, counter: 3 })];
    const both = `IPv${eid} in IPv${rloc}`;

    test(`${both} 9300-5-03, 9300-5.3-01, -02, -15, -D02, 9300-7.1-03`, async (t) => {
      const outcome = await check(t, router, {
        frame: fromHost(inner(eid)),
        entries,
        verdict: XDP_REDIRECT,
        counters: SENT,
        after: toGateway(rloc, inner(eid, { ttl: 63 }), { ttl: 63 }),
      });
      const bytes = inner(eid).length;
      t.deepEqual(outcome.mappings[3], [1, bytes]);
      t.deepEqual(outcome.locators[rloc === 4 ? 0 : 1], [1, bytes]);
    });

    test(`${both}: the outer TTL is that of the settings, if they have one`, async (t) => {
      for (const slots of [0, 64])
        await check(t, router, {
          frame: fromHost(inner(eid)),
          entries: [...entries, settings([], 0, 0, 255), caches(9, slots)],
          verdict: XDP_REDIRECT,
          counters: SENT,
          after: toGateway(rloc, inner(eid, { ttl: 63 }), { ttl: 255 }),
        });
    });

    test(`${both}: DSCP and ECN are copied 9300-5.3-16, -D09`, async (t) => {
      for (let tos = 0; tos < 256; tos += 1) {
        await check(t, router, {
          frame: fromHost(inner(eid, { tos, ttl: 2 + (tos % 254) })),
          entries,
          verdict: XDP_REDIRECT,
          counters: SENT,
          after: toGateway(rloc, inner(eid, { tos, ttl: 1 + (tos % 254) }), { tos, ttl: 1 + (tos % 254) }),
        });
      }
    });

    test(`${both}: padding of short frames is not encapsulated`, async (t) => {
      const short = inner(eid, { ttl: 9 }, udp(1, 2, new Uint8Array(1)));
      const sent = inner(eid, { ttl: 8 }, udp(1, 2, new Uint8Array(1)));
      await check(t, router, {
        frame: concat(padded(fromHost(short)), hex('eeeeee')),
        entries,
        verdict: XDP_REDIRECT,
        counters: SENT,
        after: toGateway(rloc, sent, { ttl: 8 }),
      });
    });
  }
}

test('source port is 49152 or more, and the flow label is not always the same', async (t) => {
  const frames = Array.from({ length: 64 }, (_, i) => ({
    frame: fromHost(inner(6, {}, udp(i, 2000, payload(20)))),
    ifindex: EID.ifindex,
  }));
  const { runs } = await router.run({ entries: [...SITE, mapping(PREFIX[6], { locatorSet: 1 })], frames });
  const flows = runs.map(({ frame }) => flowOf(frame, 6));
  t.true(flows.every(({ sourcePort }) => sourcePort >= 0xc000));
  t.true(new Set(flows.map(({ sourcePort }) => sourcePort)).size > 60);
  t.true(new Set(flows.map(({ flowLabel }) => flowLabel)).size > 60);
});

test('the instance ID of the interface is looked up and sent 9300-8-D01', async (t) => {
  const packet = (ttl: number) => ip({ source: HOST7, destination: PEER[4], ttl }, DATA);
  await check(t, router, {
    frame: ethernet(EID7.mac, HOST_MAC, packet(64)),
    port: EID7,
    entries: [mapping(PREFIX[4], { action: 2 }), mapping(PREFIX[4], { instanceId: 7 })],
    verdict: XDP_REDIRECT,
    counters: SENT,
    after: toGateway(4, packet(63), { ttl: 63, flags: 0x08, second: 7 << 8 }),
  });
});

test('status bits of the source EID: 32 of them without an instance ID 9300-5.3-14, -D07', async (t) => {
  const flags = SEND_STATUS_BITS;
  await check(t, router, {
    frame: fromHost(inner(4)),
    entries: [
      mapping(PREFIX[4]),
      localEid('5.5.5.0/24', { flags, statusBits: 1 }),
      localEid('5.5.5.5/32', { kind: LOCAL, flags, statusBits: 0xdeadbeef }),
    ],
    verdict: XDP_REDIRECT,
    counters: SENT,
    after: toGateway(4, inner(4, { ttl: 63 }), { ttl: 63, flags: 0x40, second: 0xdeadbeef }),
  });
});

test('status bits of the source EID: 8 of them beside an instance ID 9300-5.3-D03', async (t) => {
  const packet = (ttl: number) => ip({ source: HOST7, destination: PEER[4], ttl }, DATA);
  await check(t, router, {
    frame: ethernet(EID7.mac, HOST_MAC, packet(64)),
    port: EID7,
    entries: [
      mapping(PREFIX[4], { instanceId: 7 }),
      localEid('172.16.2.0/24', { instanceId: 7, flags: SEND_STATUS_BITS, statusBits: 0xabcd }),
    ],
    verdict: XDP_REDIRECT,
    counters: SENT,
    after: toGateway(4, packet(63), { ttl: 63, flags: 0x48, second: (7 << 8) | 0xcd }),
  });
});

test('without the flag no status bits are sent 9300-4.1-01', async (t) => {
  await check(t, router, {
    frame: fromHost(inner(4)),
    entries: [mapping(PREFIX[4]), localEid('5.5.5.0/24', { statusBits: 0xff })],
    verdict: XDP_REDIRECT,
    counters: SENT,
    after: toGateway(4, inner(4, { ttl: 63 }), { ttl: 63 }),
  });
});

for (const [name, fields] of [
  ['first fragment', { flagsAndOffset: 0x2000 }],
  ['later fragment', { flagsAndOffset: 0x0010 }],
  ['DF set', { flagsAndOffset: 0x4000, id: 0x1234 }],
  ['options', { options: hex('94040000 01010100') }],
  ['40 bytes of options', { options: new Uint8Array(40).fill(1) }],
  ['no ports', { protocol: 1 }],
] as const) {
  test(`inner IPv4: ${name}`, async (t) => {
    await check(t, router, {
      frame: fromHost(inner(4, fields)),
      entries: [mapping(PREFIX[4])],
      verdict: XDP_REDIRECT,
      counters: SENT,
      after: toGateway(4, inner(4, { ...fields, ttl: 63 }), { ttl: 63 }),
    });
  });
}

test('inner packets without payload', async (t) => {
  for (const family of FAMILIES) {
    await check(t, router, {
      frame: fromHost(inner(family, {}, new Uint8Array())),
      entries: [mapping(PREFIX[family])],
      verdict: XDP_REDIRECT,
      counters: SENT,
      after: toGateway(4, inner(family, { ttl: 63 }, new Uint8Array()), { ttl: 63 }),
    });
  }
});

/** Source ports of the outer header for these packets. */
async function sourcePorts(packets: readonly Uint8Array[]): Promise<number[]> {
  const { runs } = await router.run({
    entries: [...SITE, mapping(PREFIX[4]), mapping(PREFIX[6])],
    frames: packets.map((packet) => ({ frame: fromHost(packet), ifindex: EID.ifindex })),
  });
  return runs.map(({ frame }) => flowOf(frame, 4).sourcePort);
}

for (const family of FAMILIES) {
  for (const [name, protocol] of [
    ['UDP', UDP],
    ['TCP', TCP],
    ['SCTP', SCTP],
  ] as const) {
    test(`IPv${family}, ${name}: addresses, protocol and ports identify a flow 9300-12-02, -03, 9300-5.3-D01`, async (t) => {
      const flow = (ports: Uint8Array, fields: Partial<IpFields> = {}) =>
        inner(family, { protocol, ...fields }, concat(ports, payload(30)));
      const [first, again, source, destination, host] = await sourcePorts([
        flow(u16(1000, 2000)),
        flow(u16(1000, 2000), { ttl: 9, tos: 4 }),
        flow(u16(1001, 2000)),
        flow(u16(1000, 2001)),
        flow(u16(1000, 2000), { source: family === 4 ? '5.5.5.6' : 'fd00:5::6' }),
      ]);
      t.is(again, first);
      t.is(new Set([first, source, destination, host]).size, 4);
    });
  }

  test(`IPv${family}: ports of other protocols and of fragments do not identify a flow 9300-12-02`, async (t) => {
    const fragment = family === 4 ? { flagsAndOffset: 0x2000 } : { protocol: 44 };
    const [icmp, otherIcmp, first, later, host] = await sourcePorts([
      inner(family, { protocol: 1 }, u16(1000, 2000)),
      inner(family, { protocol: 1 }, u16(3000, 4000)),
      inner(family, fragment, u16(1000, 2000)),
      inner(family, family === 4 ? { flagsAndOffset: 0x0010 } : fragment, u16(7, 8)),
      inner(family, { protocol: 1, source: family === 4 ? '5.5.5.6' : 'fd00:5::6' }, u16(1000, 2000)),
    ]);
    t.is(otherIcmp, icmp);
    t.is(first, icmp);
    t.is(later, icmp);
    t.not(host, icmp);
  });
}

test('flows are distributed by weight, and each flow keeps its locator 9300-12-01', async (t) => {
  const entries = [
    ...SITE,
    mapping(PREFIX[4], { locatorSet: 2 }),
    locatorSet(2, (bucket) => (bucket < 0.75 * BUCKETS ? 0 : 2)),
    locator(2, OURS[4], SECOND[4]),
  ];
  const flow = (port: number) => ({
    frame: fromHost(inner(4, {}, udp(port, 2000, payload(20)))),
    ifindex: EID.ifindex,
  });
  const frames = Array.from({ length: 2000 }, (_, i) => flow(i));
  const { runs, locators } = await router.run({ entries, frames: [...frames, ...frames] });
  const bytes = inner(4).length;
  const [first = 0, second = 0] = [locators[0]?.[0], locators[2]?.[0]];
  t.is(first + second, 4000);
  t.deepEqual(locators[0], [first, first * bytes]);
  t.true(Math.abs(first / 4000 - 0.75) < 0.05, `${first} of 4000`);
  const destinations = runs.map(({ frame }) => frame.subarray(30, 34).join('.'));
  t.deepEqual(destinations.slice(0, 2000), destinations.slice(2000));
  t.deepEqual(new Set(destinations), new Set([REMOTE[4], SECOND[4]]));
});
