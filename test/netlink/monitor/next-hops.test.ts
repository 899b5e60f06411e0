// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import { type Namespace, routerAndHost } from '#test/netlink/helpers/namespace.js';
import { RemoteNetwork } from '#test/netlink/helpers/remote-network.js';
import { until } from '#scripts/kit/wait.js';

interface Entry {
  readonly dst: string;
  readonly state: readonly string[];
  readonly managed?: null;
}

const rlocs = (...texts: string[]) => texts.map(parseAddress);

async function neighbour(router: Namespace, address: string): Promise<Entry | undefined> {
  return (await router.show<Entry>(`neighbour show to ${address}`))[0];
}

async function resolved(router: Namespace, address: string): Promise<void> {
  await until(`${address} is resolved`, async () => {
    const entry = await neighbour(router, address);
    return entry?.state[0] === 'REACHABLE' && 'managed' in entry;
  });
}

/** The link is the underlay: the router has 10.0.0.1 and 2001:db8:a::1, the other node has .2 to .5. */
async function underlay(t: Parameters<typeof routerAndHost>[0]): Promise<Namespace> {
  const { router, host } = await routerAndHost(t);
  await router.ip('address add 10.0.0.1/24 dev eid0');
  await router.ip('address add 2001:db8:a::1/64 dev eid0 nodad');
  for (const n of [2, 3, 4, 5]) {
    await host.ip(`address add 10.0.0.${n}/24 dev eth0`);
    await host.ip(`address add 2001:db8:a::${n}/64 dev eth0 nodad`);
  }
  return router;
}

const kept = test.macro({
  title: (_, what: string) => `${what} is kept resolved`,
  async exec(t, _what: string, route: string, rloc: string, ...hops: string[]) {
    const router = await underlay(t);
    if (route !== '') await router.ip(route);
    const network = await RemoteNetwork.open(t, router);
    await network.call('keepNeighbours', rlocs(rloc));
    for (const hop of hops) await resolved(router, hop);
    await until('it is counted', async () => (await network.call('counters'))['nextHops'] === hops.length);
    t.like(await network.call('counters'), { rlocsWithoutRoute: 0, nextHopErrors: 0 });
  },
});
test.serial(
  kept,
  'the gateway towards an IPv4 RLOC',
  'route add 4.4.4.4/32 via 10.0.0.2',
  '4.4.4.4',
  '10.0.0.2',
);
test.serial(
  kept,
  'the gateway towards an IPv6 RLOC',
  '-6 route add 2001:db8:4::/48 via 2001:db8:a::2',
  '2001:db8:4::4',
  '2001:db8:a::2',
);
test.serial(kept, 'an RLOC on the link', '', '10.0.0.5', '10.0.0.5');
test.serial(
  kept,
  'the IPv6 gateway of an IPv4 RLOC',
  'route add 4.4.4.4/32 via inet6 2001:db8:a::2 dev eid0',
  '4.4.4.4',
  '2001:db8:a::2',
);
test.serial(
  kept,
  'every next hop of a multipath route',
  'route add 4.4.4.0/24 nexthop via 10.0.0.2 nexthop via 10.0.0.3',
  '4.4.4.4',
  '10.0.0.2',
  '10.0.0.3',
);
test.serial(
  kept,
  'every next hop of an IPv6 multipath route',
  '-6 route add 2001:db8:4::/48 nexthop via 2001:db8:a::2 nexthop via 2001:db8:a::3',
  '2001:db8:4::4',
  '2001:db8:a::2',
  '2001:db8:a::3',
);

test.serial('RLOCs without a route are counted, local RLOCs need no next hop', async (t) => {
  const router = await underlay(t);
  const network = await RemoteNetwork.open(t, router);
  await network.call('keepNeighbours', rlocs('4.4.4.4', '2001:db8:4::4', '10.0.0.1'));
  await until('they are counted', async () => (await network.call('counters'))['rlocsWithoutRoute'] === 2);
  t.like(await network.call('counters'), { nextHops: 0, nextHopErrors: 0 });
});

test.serial('a next hop that no RLOC needs is released', async (t) => {
  const router = await underlay(t);
  const network = await RemoteNetwork.open(t, router);
  await network.call('keepNeighbours', rlocs('10.0.0.2', '10.0.0.3'));
  await resolved(router, '10.0.0.2');
  await resolved(router, '10.0.0.3');
  await network.call('keepNeighbours', rlocs('10.0.0.3'));
  await until(
    '10.0.0.2 is released',
    async () => !('managed' in ((await neighbour(router, '10.0.0.2')) ?? {})),
  );
  await resolved(router, '10.0.0.3');
  t.pass();
});

test.serial('after a route change the new next hop is kept and the old one released', async (t) => {
  const router = await underlay(t);
  await router.ip('route add 4.4.4.4/32 via 10.0.0.2');
  const network = await RemoteNetwork.open(t, router);
  await network.call('keepNeighbours', rlocs('4.4.4.4'));
  await resolved(router, '10.0.0.2');
  await router.ip('route replace 4.4.4.4/32 via 10.0.0.3');
  await resolved(router, '10.0.0.3');
  await until(
    '10.0.0.2 is released',
    async () => !('managed' in ((await neighbour(router, '10.0.0.2')) ?? {})),
  );
  t.pass();
});

test.serial('next hops that an earlier agent has kept are released when no longer needed', async (t) => {
  const router = await underlay(t);
  const before = await RemoteNetwork.open(t, router);
  await before.call('keepNeighbours', rlocs('10.0.0.2'));
  await resolved(router, '10.0.0.2');
  await before.call('close');
  t.true('managed' in ((await neighbour(router, '10.0.0.2')) ?? {}), 'the kernel keeps it without the agent');
  await RemoteNetwork.open(t, router);
  await until(
    '10.0.0.2 is released',
    async () => !('managed' in ((await neighbour(router, '10.0.0.2')) ?? {})),
  );
});

test.serial('a configured neighbour is not changed', async (t) => {
  const router = await underlay(t);
  await router.ip('neighbour add 10.0.0.2 lladdr 02:00:00:00:00:aa dev eid0 nud permanent');
  const network = await RemoteNetwork.open(t, router);
  await network.call('keepNeighbours', rlocs('10.0.0.2', '10.0.0.3'));
  await resolved(router, '10.0.0.3');
  t.like(await neighbour(router, '10.0.0.2'), { state: ['PERMANENT'] });
});
