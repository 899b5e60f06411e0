// SPDX-License-Identifier: Apache-2.0
// The ingress interface of route lookups: for RLOCs from the settings, for EIDs from their instance, else the ingress
// interface of the packet. OTHER does not forward, so lookups from it fail.
import test from 'ava';
import { ethernet, ip, udp } from '#test/helpers/packets.js';
import { counted, Router } from './router.js';
import { EID, EID7, FAMILIES, GATEWAY_MAC, HOST, HOST_MAC, PEER, RLOC, SITE, OTHER } from './site.js';
import { type Entry, instance, mapping, settings } from './tables.js';
import { fromRemote, payload } from './tunnel.js';

const router = new Router('both');
test.after.always(() => router.close());

const DATA = udp(1000, 2000, payload(20));

for (const family of FAMILIES) {
  const sent = {
    frame: ethernet(EID.mac, HOST_MAC, ip({ source: HOST[family], destination: PEER[family] }, DATA)),
    ifindex: EID.ifindex,
  };
  const inner = ip({ source: PEER[family], destination: HOST[family] }, DATA);
  const received = {
    frame: ethernet(RLOC.mac, GATEWAY_MAC, fromRemote(family, inner)),
    ifindex: RLOC.ifindex,
  };
  const run = async (frame: typeof sent, ...entries: Entry[]): Promise<Record<string, number>> => {
    const to = mapping(PEER[family], { locatorSet: family === 4 ? 0 : 1 });
    return counted(await router.run({ entries: [...SITE, to, ...entries], frames: [frame] }));
  };

  test(`IPv${family}: routes to RLOCs are looked up from the origin of the underlay`, async (t) => {
    t.deepEqual(await run(sent), { encapsulated: 1 });
    t.deepEqual(await run(sent, settings([], EID7.ifindex)), { encapsulated: 1 });
    t.deepEqual(await run(sent, settings([], OTHER.ifindex)), { 'no-route': 1 });
    t.deepEqual(await run(sent, settings([], 0, 1), instance(0, OTHER.ifindex)), { encapsulated: 1 });
  });

  test(`IPv${family}: routes to EIDs are looked up from the origin of their instance`, async (t) => {
    t.deepEqual(await run(received), { decapsulated: 1 });
    const listed = settings([], 0, 1);
    t.deepEqual(await run(received, listed, instance(0, EID.ifindex)), { decapsulated: 1 });
    t.deepEqual(await run(received, listed, instance(0, OTHER.ifindex)), { 'no-route': 1 });
    t.deepEqual(await run(received, instance(0, OTHER.ifindex)), { decapsulated: 1 });
    t.deepEqual(await run(received, listed, instance(7, OTHER.ifindex)), { decapsulated: 1 });
    t.deepEqual(await run(received, settings([], OTHER.ifindex)), { decapsulated: 1 });
  });
}
