// SPDX-License-Identifier: Apache-2.0
// Packets through attached programs: punted, held, injected, and forwarded while no agent runs.
import test from 'ava';
import { addressFromBytes, formatAddress, hostEidPrefix, parseAddress } from '#addr/index.js';
import type { Punt } from '#control/contract/inputs.js';
import type { DataPath } from '#core/ports.js';
import { ipv4Udp } from '#test/native/packets.js';
import { encapsulate, locator, setLocal, setMapping } from './open-here.js';
import {
  buildSite,
  FAR_RLOC,
  HOST,
  listen,
  OUR_RLOC,
  REMOTE,
  startAgent,
  take,
  takePunts,
} from './live-site.js';

const LISP_DATA = 4341;
const PORT = 9999;
const LISP_HEADER = 8;

const texts = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => Buffer.from(`packet ${i}`));
const hostOf = (address: string): string => `${address}/${address.includes(':') ? 128 : 32}`;

/** The inner UDP packet of a LISP data packet with IPv4 EIDs: addresses, TTL and text. */
function inner(payload: Uint8Array): { from: string; to: string; ttl: number; text: string } {
  const packet = Buffer.from(payload).subarray(LISP_HEADER);
  const address = (at: number): string => formatAddress(addressFromBytes(packet.subarray(at, at + 4)));
  return {
    from: address(12),
    to: address(16),
    ttl: packet.readUInt8(8),
    text: packet.subarray(28).toString(),
  };
}

const ours = (address: string, ifindex?: number): ReturnType<typeof setLocal> =>
  setLocal(hostOf(address), { kind: 'local', ifindex, dynamic: false });

for (const eidFamily of [4, 6] as const)
  for (const rlocFamily of [4, 6] as const)
    test.serial(
      `held packets are encapsulated and sent in order: IPv${eidFamily} EIDs over IPv${rlocFamily}`,
      async (t) => {
        const site = buildSite(t);
        const agent = startAgent(t, site);
        const status = await agent.call<ReturnType<DataPath['status']>>('open', site.options);
        const punts = agent.events<readonly Punt[]>('punts');
        const [host, remote] = [HOST[eidFamily], REMOTE[eidFamily]];
        const farAgent = startAgent(t, site, site.far);
        await farAgent.call('open', site.farOptions);
        await farAgent.call('apply', [ours(remote)]);
        const far = await listen(t, site.far, remote, PORT);
        const near = await listen(t, site.host, host, PORT);
        await agent.call('apply', [ours(host), setMapping(hostOf(remote), { action: 'send-map-request' })]);

        await near.peer.call('send', host, remote, PORT, texts(20));
        const held = await takePunts(punts, 'map-cache-miss', 20);
        t.like(held[0], {
          ifindex: status.interfaces[0]?.ifindex,
          instanceId: 0,
          sourceEid: parseAddress(host),
          destinationEid: parseAddress(remote),
          outerSource: undefined,
        });
        await agent.call('apply', [setMapping(hostOf(remote), encapsulate(locator(FAR_RLOC[rlocFamily])))]);
        await agent.call('inject', held);

        t.deepEqual(
          (await take(far.datagrams, 20)).map(({ bytes, from }) => [from, Buffer.from(bytes).toString()]),
          texts(20).map((text) => [host, text.toString()]),
        );
        const { adapter, reasons } = await agent.call<ReturnType<DataPath['counters']>>('counters');
        t.is(adapter['injected'], 20);
        t.is((adapter['injectedEncapsulated'] ?? 0) + (adapter['neighbourPuntsSent'] ?? 0), 20);
        t.is(reasons['map-cache-miss']?.packets, 20);
        t.like(await agent.call('traffic', hostEidPrefix({ instanceId: 0, address: parseAddress(remote) })), {
          packets: 20,
        });
      },
    );

test.serial('forwarding continues without loss while the agent is killed and restarted', async (t) => {
  const site = buildSite(t);
  const first = startAgent(t, site);
  await first.call('open', site.options);
  const far = await listen(t, site.far, FAR_RLOC[4], LISP_DATA);
  const near = await listen(t, site.host, HOST[4], PORT);
  const effects = [ours(HOST[4]), setMapping(hostOf(REMOTE[4]), encapsulate(FAR_RLOC[4]), 1e12)];
  await first.call('apply', effects);

  const sent = near.peer.call('send', HOST[4], REMOTE[4], PORT, texts(500), 1);
  const beginning = await take(far.datagrams, 50);
  await first.kill();
  const second = startAgent(t, site);
  const status = await second.call<ReturnType<DataPath['status']>>('open', site.options);
  t.true(status.adopted);
  t.deepEqual(await second.call('adopted'), {
    mapCache: effects.flatMap((effect) =>
      effect.type === 'map-cache-set'
        ? [{ eid: effect.eid, forwarding: effect.forwarding, expiresAt_ms: effect.expiresAt_ms }]
        : [],
    ),
    localEids: effects.flatMap((effect) =>
      effect.type === 'local-eid-set' ? [{ eid: effect.eid, entry: effect.entry }] : [],
    ),
    rlocsDown: [],
  });
  await sent;
  const all = [...beginning, ...(await take(far.datagrams, 450))];
  t.true(all.every(({ from }) => from === OUR_RLOC[4]));
  t.deepEqual(
    all.map(({ bytes }) => inner(bytes)),
    texts(500).map((text) => ({ from: HOST[4], to: REMOTE[4], ttl: 63, text: text.toString() })),
  );
  const { reasons } = await second.call<ReturnType<DataPath['counters']>>('counters');
  t.true((reasons['encapsulated']?.packets ?? 0) > 400);
});

test.serial(
  'a held packet with a negative Map-Reply is forwarded by the kernel, with its TTL decremented',
  async (t) => {
    const site = buildSite(t);
    const agent = startAgent(t, site);
    await agent.call('open', site.options);
    const punts = agent.events<readonly Punt[]>('punts');
    const far = await listen(t, site.far, REMOTE[4], PORT);
    const near = await listen(t, site.host, HOST[4], PORT);
    await agent.call('apply', [ours(HOST[4]), setMapping(hostOf(REMOTE[4]), { action: 'send-map-request' })]);
    await near.peer.call('send', HOST[4], REMOTE[4], PORT, texts(3));
    const held = await takePunts(punts, 'map-cache-miss', 3);
    await agent.call('apply', [setMapping(hostOf(REMOTE[4]), { action: 'forward-native' })]);
    await agent.call('inject', held);
    const received = await take(far.datagrams, 3);
    t.deepEqual(
      received.map(({ bytes, from }) => [from, Buffer.from(bytes).toString()]),
      texts(3).map((text) => [HOST[4], text.toString()]),
    );
    const { adapter } = await agent.call<ReturnType<DataPath['counters']>>('counters');
    t.like(adapter, { injected: 3, injectedNative: 3, sendErrors: 0 });
  },
);

test.serial('frames that cannot be injected are counted', async (t) => {
  const site = buildSite(t);
  const agent = startAgent(t, site);
  const { interfaces } = await agent.call<ReturnType<DataPath['status']>>('open', site.options);
  const ifindex = interfaces[0]?.ifindex ?? 0;
  await agent.call('apply', [ours(HOST[4]), setMapping('1.1.1.0/24', { action: 'drop' })]);
  const inject = (index: number, frame: Uint8Array): Promise<unknown> =>
    agent.call('inject', [{ ifindex: index, instanceId: 0, frame }]);
  await inject(9999, new Uint8Array(64)); // not a configured interface
  await inject(ifindex, new Uint8Array(5)); // not a frame
  await inject(ifindex, new Uint8Array(64)); // not an IP packet: the program passes it
  const { adapter } = await agent.call<ReturnType<DataPath['counters']>>('counters');
  t.like(adapter, { injected: 3, injectErrors: 2, sendBadPackets: 1, injectedNative: 0 });
});

test.serial('an encapsulated packet for a host that moved away is punted as stale', async (t) => {
  const site = buildSite(t);
  const agent = startAgent(t, site);
  const status = await agent.call<ReturnType<DataPath['status']>>('open', site.options);
  const punts = agent.events<readonly Punt[]>('punts');
  await agent.call('apply', [setLocal('5.5.5.9/32', { kind: 'away', locators: [] })]);
  const far = await listen(t, site.far, FAR_RLOC[4], LISP_DATA);
  const packet = ipv4Udp(REMOTE[4], '5.5.5.9', PORT, Buffer.from('stale'));
  await far.peer.call('send', FAR_RLOC[4], OUR_RLOC[4], LISP_DATA, [
    Uint8Array.of(...new Uint8Array(LISP_HEADER), ...packet),
  ]);
  const [punt] = await takePunts(punts, 'stale', 1);
  t.like(punt, {
    ifindex: status.interfaces[1]?.ifindex,
    sourceEid: parseAddress(REMOTE[4]),
    destinationEid: parseAddress('5.5.5.9'),
    outerSource: parseAddress(FAR_RLOC[4]),
  });
  t.deepEqual(
    Buffer.from(punt?.frame.subarray(14) ?? [])
      .toString('latin1')
      .slice(-5),
    'stale',
  );
});

test.serial('a host in a dynamic-EID prefix is punted as detected', async (t) => {
  const site = buildSite(t);
  const agent = startAgent(t, site);
  await agent.call('open', site.options);
  const punts = agent.events<readonly Punt[]>('punts');
  await agent.call('apply', [setLocal('5.5.5.0/24', { kind: 'dynamic' })]);
  const near = await listen(t, site.host, HOST[4], PORT);
  await near.peer.call('send', HOST[4], REMOTE[4], PORT, texts(3));
  const [punt] = await takePunts(punts, 'eid-detected', 1);
  t.deepEqual(punt?.sourceEid, parseAddress(HOST[4]));
});
