// SPDX-License-Identifier: Apache-2.0
// The delivery cache: which decapsulated packets use a cached entry, and when it is invalid. Like flow-cache.test.ts
// for the other direction. Tables are changed between packets without a new epoch, to see whether the entry was used.
import test, { type ExecutionContext } from 'ava';
import { ethernet, ip, type IpFields, TCP, udp } from '#test/helpers/packets.js';
import { type Case, counted, type Outcome, Router } from './router.js';
import {
  EID,
  FAMILIES,
  type Family,
  GATEWAY_MAC,
  HOST,
  HOST_MAC,
  OURS,
  PEER,
  RLOC,
  SECOND,
  SITE,
} from './site.js';
import { AWAY, caches, localEid, localRloc } from './tables.js';
import { fromRemote, payload, tunnel, type TunnelFields } from './tunnel.js';

const router = new Router('rloc');
test.after.always(() => router.close());

const MIXES = FAMILIES.flatMap((eid) => FAMILIES.map((rloc) => [eid, rloc] as const));
/** The host has left: packets that do not use the cache are stale. */
const LEFT = FAMILIES.map((family) => localEid(HOST[family], { kind: AWAY }));

type Frame = Case['frames'][number];

function inner(family: Family, fields: Partial<IpFields> = {}, bytes = 20): Uint8Array {
  return ip({ source: PEER[family], destination: HOST[family], ...fields }, udp(1000, 2000, payload(bytes)));
}

function framed(packet: Uint8Array): Frame {
  return { frame: ethernet(RLOC.mac, GATEWAY_MAC, packet), ifindex: RLOC.ifindex };
}

async function receive(eid: Family, rloc: Family, second: Frame): Promise<Outcome> {
  const first = framed(fromRemote(rloc, inner(eid)));
  return router.run({
    entries: SITE,
    frames: [first, { ...second, entries: [...LEFT, ...(second.entries ?? [])] }],
  });
}

const toHex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

for (const [eid, rloc] of MIXES) {
  const both = `IPv${eid} in IPv${rloc}`;

  /** Repeats until the second packet finds the entry of the first: both must be on one CPU, and within the lifetime. */
  const receiveCached = async (t: ExecutionContext, second: Frame, counters: Record<string, number>) => {
    let outcome: Outcome;
    do outcome = await receive(eid, rloc, second);
    while (counted(outcome)['stale']);
    t.deepEqual(counted(outcome), counters);
    return outcome;
  };

  const notCached = test.macro(
    async (t: ExecutionContext, second: Frame, counters: Record<string, number>) => {
      t.deepEqual(counted(await receive(eid, rloc, second)), counters);
    },
  );

  test(`${both}: the next packet uses the cache, with its own TTL, DSCP, ECN and length`, async (t) => {
    const fields: TunnelFields = { ttl: 9, tos: 2 };
    const second = framed(
      fromRemote(rloc, inner(eid, { ttl: 50, tos: 0xbb }, 33), { ...fields, sourcePort: 5 }),
    );
    const { runs } = await receiveCached(t, second, { decapsulated: 2 });
    // DSCP of the outer header, CE of the inner one, the lower TTL
    const expected = ethernet(HOST_MAC, EID.mac, inner(eid, { ttl: 8, tos: 3 }, 33));
    t.is(toHex(runs[1]?.frame), toHex(expected));
  });

  test(`${both}: a cached packet with CE outside and Not-ECT inside is still dropped`, async (t) => {
    const second = framed(fromRemote(rloc, inner(eid), { tos: 3 }));
    await receiveCached(t, second, { decapsulated: 1, 'ecn-drop': 1 });
  });

  const others: Readonly<Record<string, Frame>> = {
    'a new epoch': { ...framed(fromRemote(rloc, inner(eid))), entries: [caches(1e6, 64)] },
    'another source': framed(fromRemote(rloc, inner(eid, { source: eid === 4 ? '1.1.1.2' : 'fd00:1::2' }))),
    'another DSCP': framed(fromRemote(rloc, inner(eid), { tos: 4 })),
    'another protocol': framed(fromRemote(rloc, inner(eid, { protocol: TCP }))),
    'an inner TTL of 1': framed(fromRemote(rloc, inner(eid, { ttl: 1 }))),
    'an outer TTL of 1': framed(fromRemote(rloc, inner(eid), { ttl: 1 })),
    'another local RLOC': {
      ...framed(tunnel(SECOND[rloc], SECOND[rloc], inner(eid))),
      entries: [localRloc(SECOND[rloc])],
    },
  };
  for (const [name, second] of Object.entries(others))
    test(`${both}: not from the cache: ${name}`, notCached, second, { decapsulated: 1, stale: 1, punted: 1 });

  test(
    `${both}: not from the cache: another instance`,
    notCached,
    framed(fromRemote(rloc, inner(eid), { flags: 8, second: 7 << 8 })),
    {
      decapsulated: 1,
      'not-our-eid': 1,
    },
  );
  const elsewhere = framed(tunnel(OURS[rloc], SECOND[rloc], inner(eid)));
  test(`${both}: not from the cache: not a local RLOC`, notCached, elsewhere, {
    decapsulated: 1,
    'to-kernel': 1,
  });
  const otherMac = ethernet('02:00:00:00:77:77', GATEWAY_MAC, fromRemote(rloc, inner(eid)));
  test(
    `${both}: not from the cache: another destination MAC address`,
    notCached,
    { frame: otherMac, ifindex: RLOC.ifindex },
    { decapsulated: 1, 'to-kernel': 1 },
  );
  test(
    `${both}: not from the cache: too big for the link of the host`,
    notCached,
    framed(fromRemote(rloc, inner(eid, {}, EID.mtu))),
    { decapsulated: 1, stale: 1, punted: 1 },
  );
}
