// SPDX-License-Identifier: Apache-2.0
// The effect of the kernel's routes and neighbours on packets that are encapsulated or decapsulated.
import test from 'ava';
import { ethernet, ip, udp } from '#test/helpers/packets.js';
import { check, type Fixture } from './fixture.js';
import { counted, Router, XDP_DROP, XDP_PASS, XDP_REDIRECT } from './router.js';
import {
  BLACKHOLE,
  EID,
  FAMILIES,
  type Family,
  GATEWAY_MAC,
  HOST,
  HOST_MAC,
  MIRROR,
  NARROW,
  NARROW_MTU,
  OURS,
  PEER,
  REMOTE,
  RLOC,
  SILENT,
  SITE,
  UNREACHED,
} from './site.js';
import { localEid, locator, locatorSet, mapping } from './tables.js';
import { flowOf, fromRemote, OUTER_BYTES, payload, tunnel } from './tunnel.js';

const itr = new Router('eid');
const etr = new Router('rloc');
test.after.always(() => {
  itr.close();
  etr.close();
});

const DF = 0x4000;
const MIXES = FAMILIES.flatMap((eid) => FAMILIES.map((rloc) => [eid, rloc] as const));

/** An IP packet of this length. */
function sized(family: Family, source: string, destination: string, bytes: number, ttl = 64): Uint8Array {
  return ip(
    { source, destination, ttl, flagsAndOffset: DF },
    udp(1000, 2000, payload(bytes - (family === 4 ? 28 : 48))),
  );
}

const sent = (family: Family, bytes = 100, ttl = 64) => sized(family, HOST[family], PEER[family], bytes, ttl);
const received = (family: Family, bytes = 100, ttl = 64) =>
  sized(family, PEER[family], HOST[family], bytes, ttl);

const fromHost = (packet: Uint8Array) => ethernet(EID.mac, HOST_MAC, packet);
const anyFrame = (frame: Uint8Array) => frame;

/** Mappings that send all packets to this RLOC. */
const towards = (rloc: string) => [
  mapping('0.0.0.0/0', { locatorSet: 2 }),
  mapping('::/0', { locatorSet: 2 }),
  locatorSet(2, () => 2),
  locator(2, OURS[rloc.includes(':') ? 6 : 4], rloc),
];

const encapsulation = test.macro(async (t, expected: Fixture) => {
  await check(t, itr, expected);
});
const decapsulation = test.macro(async (t, expected: Fixture) => {
  await check(t, etr, { port: RLOC, ...expected });
});

for (const [eid, rloc] of MIXES) {
  const both = `IPv${eid} in IPv${rloc}`;
  const fits = NARROW_MTU - OUTER_BYTES[rloc];
  test(`${both}: as big as the MTU of the route`, encapsulation, {
    frame: fromHost(sent(eid, fits)),
    entries: towards(NARROW[rloc]),
    verdict: XDP_REDIRECT,
    counters: { encapsulated: 1 },
    after: anyFrame,
  });
  test(`${both}: one byte bigger than the MTU of the route 9300-5-01`, encapsulation, {
    frame: fromHost(sent(eid, fits + 1)),
    entries: towards(NARROW[rloc]),
    verdict: XDP_DROP,
    counters: { 'too-big': 1, punted: 1 },
  });
  test(`${both}: one byte bigger than the MTU of the interface`, encapsulation, {
    frame: fromHost(sent(eid, 1501 - OUTER_BYTES[rloc])),
    entries: towards(REMOTE[rloc]),
    verdict: XDP_DROP,
    counters: { 'too-big': 1, punted: 1 },
  });
  for (const [name, remote] of [
    ['no route', UNREACHED],
    ['a blackhole', BLACKHOLE],
    ['an RLOC of our own', OURS],
  ] as const) {
    test(`${both}: ${name}`, encapsulation, {
      frame: fromHost(sent(eid)),
      entries: towards(remote[rloc]),
      verdict: XDP_DROP,
      counters: { 'no-route': 1 },
    });
  }

  test(`${both}: next hop not resolved: punted encapsulated`, async (t) => {
    const { punts, locators } = await check(t, itr, {
      frame: fromHost(sent(eid)),
      entries: towards(SILENT[rloc]),
      verdict: XDP_DROP,
      counters: { 'no-neighbour': 1, punted: 1 },
    });
    const frame = punts[0]?.subarray(88) ?? new Uint8Array();
    const flow = { ...flowOf(frame, rloc), ttl: 63 };
    const zeros = '00:00:00:00:00:00';
    const expected = ethernet(zeros, zeros, tunnel(OURS[rloc], SILENT[rloc], sent(eid, 100, 63), flow));
    t.deepEqual(frame.subarray(0, expected.length), expected);
    t.deepEqual(locators[2], [1, 100]);
  });

  test(`${both}: decapsulated, bigger than the MTU of the host's link`, decapsulation, {
    frame: ethernet(RLOC.mac, GATEWAY_MAC, fromRemote(rloc, received(eid, EID.mtu + 1))),
    verdict: XDP_DROP,
    counters: { 'too-big': 1, punted: 1 },
  });
  test(`${both}: decapsulated, as big as the MTU of the host's link`, decapsulation, {
    frame: ethernet(RLOC.mac, GATEWAY_MAC, fromRemote(rloc, received(eid, EID.mtu))),
    verdict: XDP_REDIRECT,
    counters: { decapsulated: 1 },
    after: () => ethernet(HOST_MAC, EID.mac, received(eid, EID.mtu, 63)),
  });
}

for (const family of FAMILIES) {
  const to = (destination: string) => sized(family, PEER[family], destination, 100);
  test(`IPv${family}: decapsulated, into a blackhole`, decapsulation, {
    frame: ethernet(RLOC.mac, GATEWAY_MAC, fromRemote(4, to(BLACKHOLE[family]))),
    entries: [localEid(BLACKHOLE[family])],
    verdict: XDP_DROP,
    counters: { 'no-route': 1 },
  });
  test(`IPv${family}: decapsulated, no route: the kernel answers`, decapsulation, {
    frame: ethernet(RLOC.mac, GATEWAY_MAC, fromRemote(4, to(UNREACHED[family]))),
    entries: [localEid(UNREACHED[family])],
    verdict: XDP_PASS,
    counters: { 'decapsulated-to-kernel': 1 },
    after: () => ethernet(RLOC.mac, GATEWAY_MAC, to(UNREACHED[family])),
  });
}

test('packets are redirected also to an egress interface that is not in xtr_ports', async (t) => {
  const outcome = await itr.run({
    entries: [...SITE.filter(({ map }) => map !== 'xtr_ports'), ...towards(REMOTE[4])],
    frames: [{ frame: fromHost(sent(4)), ifindex: EID.ifindex }],
  });
  t.is(outcome.runs[0]?.verdict, XDP_REDIRECT);
});

test('no headroom: packets are dropped when no further header fits in front of them', async (t) => {
  // Each run of a repeated test run gets the output of the previous run, which is a packet from an EID again.
  const frame = fromHost(sent(4));
  const outcome = await itr.run({
    entries: [...SITE, ...towards(MIRROR), localEid(OURS[4])],
    frames: [{ frame, ifindex: EID.ifindex, repeat: 10 }],
  });
  const { encapsulated = 0, 'no-headroom': refused = 0, ...others } = counted(outcome);
  t.deepEqual(others, {});
  t.is(encapsulated + refused, 10);
  t.true(encapsulated > 0 && refused > 0);
  t.is(outcome.runs[0]?.frame.length, frame.length + encapsulated * OUTER_BYTES[4]);
  t.is(outcome.runs[0]?.verdict, XDP_DROP);
});
