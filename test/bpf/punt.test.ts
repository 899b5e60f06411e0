// SPDX-License-Identifier: Apache-2.0
// Records of the ring buffer, and the limits on their number.
import { cpus } from 'node:os';
import test from 'ava';
import { ethernet, ip, type IpFields, udp } from '#test/helpers/packets.js';
import {
  decodePunt,
  EID_DETECTED,
  HEADER_BYTES,
  MAP_CACHE_MISS,
  NO_NEIGHBOUR,
  STALE,
} from './punt-record.js';
import { counted, type Outcome, Router } from './router.js';
import {
  EID,
  FAMILIES,
  type Family,
  GATEWAY_MAC,
  HOST,
  HOST_MAC,
  OURS,
  PEER,
  REMOTE,
  RLOC,
  SILENT,
  SITE,
} from './site.js';
import {
  DYNAMIC,
  type Entry,
  localEid,
  locator,
  mapping,
  padded,
  punted,
  type PuntLimit,
  SEND_MAP_REQUEST,
  settings,
} from './tables.js';
import { fromRemote, payload, tunnel } from './tunnel.js';

const router = new Router('both');
const oneBuffer = new Router('both', { oneBuffer: true });
test.after.always(() => {
  router.close();
  oneBuffer.close();
});

const DATA = udp(1000, 2000, payload(20));
const MISS = [
  mapping('1.1.1.0/24', { action: SEND_MAP_REQUEST }),
  mapping('fd00:1::/64', { action: SEND_MAP_REQUEST }),
];
const NOT_LEARNT = [localEid('5.5.5.0/24', { kind: DYNAMIC }), localEid('fd00:5::/64', { kind: DYNAMIC })];
const SECOND_NS = 1_000_000_000n;

function sent(family: Family, fields: Partial<IpFields> = {}, data = DATA) {
  const packet = ip({ source: HOST[family], destination: PEER[family], ...fields }, data);
  return { frame: ethernet(EID.mac, HOST_MAC, packet), ifindex: EID.ifindex };
}

function received(
  family: Family,
  rloc: Family,
  fields: Partial<IpFields> = {},
  source: string = REMOTE[rloc],
) {
  const packet = ip({ source: PEER[family], destination: HOST[family], ...fields }, DATA);
  return {
    packet,
    frame: ethernet(RLOC.mac, GATEWAY_MAC, tunnel(source, OURS[rloc], packet)),
    ifindex: RLOC.ifindex,
  };
}

/** Limits that allow punts for one reason only. */
function limited(reason: number, limit: PuntLimit): Entry {
  return settings([0, 1, 2, 3, 4, 5, 6, 7].map((i) => (i === reason ? limit : { ratePps: 0 })));
}

function run(entries: readonly Entry[], frames: readonly { frame: Uint8Array; ifindex: number }[]) {
  return router.run({ entries: [...SITE, ...entries], frames });
}

const records = ({ punts }: Outcome) => punts.map(decodePunt);

for (const family of FAMILIES) {
  test(`IPv${family}: header and frame of map-cache-miss`, async (t) => {
    const packet = sent(family);
    const [punt] = records(await run(MISS, [packet]));
    t.like(punt, {
      reason: MAP_CACHE_MISS,
      ifindex: EID.ifindex,
      instanceId: 0,
      packetBytes: packet.frame.length,
      capturedBytes: packet.frame.length,
      eidFamily: family,
      rlocFamily: 0,
      sourceEid: padded(HOST[family]),
      destinationEid: padded(PEER[family]),
      outerSource: new Uint8Array(16),
      frame: packet.frame,
    });
    t.true((punt?.time_ns ?? 0n) > 0n);
  });

  test(`IPv${family}: header and frame of eid-detected, whose packet goes on`, async (t) => {
    const packet = sent(family);
    const outcome = await run([...NOT_LEARNT, mapping(PEER[family])], [packet]);
    t.like(records(outcome)[0], {
      reason: EID_DETECTED,
      ifindex: EID.ifindex,
      rlocFamily: 0,
      sourceEid: padded(HOST[family]),
      destinationEid: padded(PEER[family]),
      frame: packet.frame,
    });
    t.deepEqual(counted(outcome), { encapsulated: 1, punted: 1 });
  });

  for (const rloc of FAMILIES) {
    test(`IPv${family} in IPv${rloc}: header and frame of stale, decapsulated`, async (t) => {
      const { packet, frame, ifindex } = received(family, rloc);
      const [punt] = records(await run(NOT_LEARNT, [{ frame, ifindex }]));
      t.like(punt, {
        reason: STALE,
        ifindex: RLOC.ifindex,
        instanceId: 0,
        packetBytes: packet.length + 14,
        capturedBytes: packet.length + 14,
        eidFamily: family,
        rlocFamily: rloc,
        sourceEid: padded(PEER[family]),
        destinationEid: padded(HOST[family]),
        outerSource: padded(REMOTE[rloc]),
        frame: ethernet(RLOC.mac, GATEWAY_MAC, packet),
      });
    });

    test(`IPv${family} in IPv${rloc}: header of no-neighbour has the inner EIDs`, async (t) => {
      const entries = [mapping(PEER[family], { locatorSet: 0 }), locator(0, OURS[rloc], SILENT[rloc])];
      const [punt] = records(await run(entries, [sent(family)]));
      t.like(punt, {
        reason: NO_NEIGHBOUR,
        ifindex: EID.ifindex,
        eidFamily: family,
        rlocFamily: 0,
        sourceEid: padded(HOST[family]),
        destinationEid: padded(PEER[family]),
        packetBytes: sent(family).frame.length + (rloc === 4 ? 36 : 56),
      });
    });
  }
}

test('instance ID of a stale packet', async (t) => {
  const { packet, ifindex } = received(4, 4);
  const frame = ethernet(RLOC.mac, GATEWAY_MAC, fromRemote(4, packet, { flags: 8, second: 0xabcdef00 }));
  const entries = [localEid('5.5.5.0/24', { kind: DYNAMIC, instanceId: 0xabcdef })];
  t.is(records(await run(entries, [{ frame, ifindex }]))[0]?.instanceId, 0xabcdef);
});

for (const [what, each, most] of [
  ['frames of several buffers', router, 16_384],
  ['frames of one buffer alone', oneBuffer, 2_048],
] as const)
  test(`frames of every length are captured to the byte: a program that takes ${what}`, async (t) => {
    const lengths = [...Array.from({ length: 300 }, (_, i) => i), 1990, 2005, 2006, 2007, 2008, 2100, 3000];
    const frames = lengths.map((length) => sent(4, {}, payload(length)));
    const punts: ReturnType<typeof records> = [];
    for (let at = 0; at < frames.length; at += 20) {
      const entries = [...SITE, ...MISS];
      punts.push(...records(await each.run({ entries, frames: frames.slice(at, at + 20) })));
    }
    t.is(punts.length, frames.length);
    for (const [i, { frame }] of frames.entries()) {
      t.is(punts[i]?.packetBytes, frame.length);
      t.deepEqual(punts[i]?.frame, frame.slice(0, most));
    }
  });

test('punts of short frames use little room in the ring', async (t) => {
  const { punts } = await run(MISS, [sent(4, {}, payload(222)), sent(4, {}, payload(223))]);
  t.deepEqual(
    punts.map(({ length }) => length),
    [HEADER_BYTES + 256, HEADER_BYTES + 2048],
  );
});

test('each miss is punted while there are tokens', async (t) => {
  const frames = Array.from({ length: 50 }, () => sent(4));
  t.deepEqual(counted(await run(MISS, frames)), { 'map-cache-miss': 50, punted: 50 });
});

test('without a rate nothing is punted', async (t) => {
  const outcome = await run([...MISS, limited(MAP_CACHE_MISS, { ratePps: 0 })], [sent(4)]);
  t.deepEqual(counted(outcome), { 'map-cache-miss': 1, 'punt-rate-limited': 1 });
});

test('the token bucket lets a burst through, on each CPU', async (t) => {
  const frames = Array.from({ length: 1000 }, () => sent(4));
  const started_ms = performance.now();
  const counters = counted(await run([...MISS, limited(MAP_CACHE_MISS, { ratePps: 1, burst: 3 })], frames));
  const most = (3 + (performance.now() - started_ms) / 1000) * cpus().length;
  const { punted: through = 0, 'punt-rate-limited': held = 0 } = counters;
  t.is(through + held, 1000);
  t.true(through >= 3 && through <= most, `${through} of 1000, at most ${most}`);
});

test('each reason has its own token bucket', async (t) => {
  const entries = [...MISS, ...NOT_LEARNT, limited(MAP_CACHE_MISS, {})];
  t.deepEqual(counted(await run(entries, [sent(4)])), {
    'map-cache-miss': 1,
    punted: 1,
    'punt-rate-limited': 1,
  });
});

const MINUTE = { intervalMs: 60_000, burst: 1000 };

test('eid-detected: once per source EID in an interval', async (t) => {
  const outcome = await run(
    [...NOT_LEARNT, mapping('0.0.0.0/0'), limited(EID_DETECTED, MINUTE)],
    [
      sent(4),
      sent(4),
      sent(4, { destination: '1.1.1.9' }),
      sent(4, { source: '5.5.5.6' }),
      sent(4, { source: '5.5.5.6' }),
    ],
  );
  t.deepEqual(counted(outcome), { encapsulated: 5, punted: 2, 'punt-suppressed': 3 });
  t.deepEqual(
    records(outcome).map(({ sourceEid }) => sourceEid),
    [padded(HOST[4]), padded('5.5.5.6')],
  );
});

test('stale: once per destination EID, instance and outer source in an interval', async (t) => {
  const inInstance = (instanceId: number) => ({
    frame: ethernet(
      RLOC.mac,
      GATEWAY_MAC,
      fromRemote(4, received(4, 4).packet, { flags: 8, second: instanceId << 8 }),
    ),
    ifindex: RLOC.ifindex,
  });
  const dynamic7 = localEid('5.5.5.0/24', { kind: DYNAMIC, instanceId: 7 });
  const outcome = await run(
    [...NOT_LEARNT, dynamic7, limited(STALE, MINUTE)],
    [
      received(4, 4),
      received(4, 4),
      received(4, 4, { source: '1.1.1.9' }),
      received(4, 4, {}, '6.6.6.6'),
      received(4, 4, { destination: '5.5.5.6' }),
      inInstance(7),
      inInstance(7),
      received(4, 6),
    ],
  );
  t.deepEqual(counted(outcome), { stale: 8, punted: 5, 'punt-suppressed': 3 });
});

for (const [name, age, counter] of [
  ['59 seconds ago: suppressed', 59n, 'punt-suppressed'],
  ['61 seconds ago: punted', 61n, 'punted'],
] as const) {
  test(`an interval of a minute, punted ${name}`, async (t) => {
    const [first] = records(await run(NOT_LEARNT, [received(4, 4)]));
    const then = (first?.time_ns ?? 0n) - age * SECOND_NS;
    const outcome = await run(
      [...NOT_LEARNT, limited(STALE, MINUTE), punted(STALE, HOST[4], then, { rloc: REMOTE[4] })],
      [received(4, 4)],
    );
    t.deepEqual(counted(outcome), { stale: 1, [counter]: 1 });
  });
}

test('a punt that was rate-limited does not start an interval', async (t) => {
  const outcome = await run(
    [...NOT_LEARNT, limited(STALE, { ...MINUTE, ratePps: 0 })],
    [received(4, 4), received(4, 4)],
  );
  t.deepEqual(counted(outcome), { stale: 2, 'punt-rate-limited': 2 });
});

test('a full ring is counted, and accepts records again after it was read', async (t) => {
  const frames = Array.from({ length: 500 }, () => sent(4));
  const outcome = await run(MISS, frames);
  const { punted: through = 0, 'punt-ring-full': full = 0 } = counted(outcome);
  t.is(through + full, 500);
  t.is(outcome.punts.length, through);
  t.true(full > 0);
  t.deepEqual(counted(await run(MISS, [sent(4)])), { 'map-cache-miss': 1, punted: 1 });
});
