// SPDX-License-Identifier: Apache-2.0
// What is remembered of a packet that was decapsulated: as flows.test.ts has it for the other direction.
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
/** The host has left: what is decided anew is stale. */
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

  /** Until the second packet met what was remembered of the first: on one CPU, and within a time. */
  const remembered = async (t: ExecutionContext, second: Frame, counters: Record<string, number>) => {
    let outcome: Outcome;
    do outcome = await receive(eid, rloc, second);
    while (counted(outcome)['stale']);
    t.deepEqual(counted(outcome), counters);
    return outcome;
  };

  const decided = test.macro(async (t: ExecutionContext, second: Frame, counters: Record<string, number>) => {
    t.deepEqual(counted(await receive(eid, rloc, second)), counters);
  });

  test(`${both}: what is known of one packet holds for the next, whose headers are its own`, async (t) => {
    const fields: TunnelFields = { ttl: 9, tos: 2 };
    const second = framed(
      fromRemote(rloc, inner(eid, { ttl: 50, tos: 0xbb }, 33), { ...fields, sourcePort: 5 }),
    );
    const { runs } = await remembered(t, second, { decapsulated: 2 });
    // DSCP of the outer header, CE of the inner one, the lower TTL
    const expected = ethernet(HOST_MAC, EID.mac, inner(eid, { ttl: 8, tos: 3 }, 33));
    t.is(toHex(runs[1]?.frame), toHex(expected));
  });

  test(`${both}: congestion on a path that is not ECN's is still noticed`, async (t) => {
    const second = framed(fromRemote(rloc, inner(eid), { tos: 3 }));
    await remembered(t, second, { decapsulated: 1, 'ecn-drop': 1 });
  });

  const void_: Readonly<Record<string, Frame>> = {
    'a new epoch': { ...framed(fromRemote(rloc, inner(eid))), entries: [caches(1e6, 64)] },
    'another source': framed(fromRemote(rloc, inner(eid, { source: eid === 4 ? '1.1.1.2' : 'fd00:1::2' }))),
    'another DSCP': framed(fromRemote(rloc, inner(eid), { tos: 4 })),
    'another protocol': framed(fromRemote(rloc, inner(eid, { protocol: TCP }))),
    'the last hop of the packet': framed(fromRemote(rloc, inner(eid, { ttl: 1 }))),
    'the last hop of the tunnel': framed(fromRemote(rloc, inner(eid), { ttl: 1 })),
    'another RLOC of ours': {
      ...framed(tunnel(SECOND[rloc], SECOND[rloc], inner(eid))),
      entries: [localRloc(SECOND[rloc])],
    },
  };
  for (const [name, second] of Object.entries(void_))
    test(`${both}: decided anew: ${name}`, decided, second, { decapsulated: 1, stale: 1, punted: 1 });

  test(
    `${both}: decided anew: another instance`,
    decided,
    framed(fromRemote(rloc, inner(eid), { flags: 8, second: 7 << 8 })),
    {
      decapsulated: 1,
      'not-our-eid': 1,
    },
  );
  const elsewhere = framed(tunnel(OURS[rloc], SECOND[rloc], inner(eid)));
  test(`${both}: no LISP data for us: another RLOC`, decided, elsewhere, { decapsulated: 1, 'to-kernel': 1 });
  const otherMac = ethernet('02:00:00:00:77:77', GATEWAY_MAC, fromRemote(rloc, inner(eid)));
  test(
    `${both}: no LISP data for us: another MAC address`,
    decided,
    { frame: otherMac, ifindex: RLOC.ifindex },
    { decapsulated: 1, 'to-kernel': 1 },
  );
  test(
    `${both}: too big for the link of the host`,
    decided,
    framed(fromRemote(rloc, inner(eid, {}, EID.mtu))),
    { decapsulated: 1, stale: 1, punted: 1 },
  );
}
