// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import type { HostRouteEffect } from '#control/contract/effect.js';
import { HOST_ROUTE_METRIC } from '#netlink/monitor/host-route-requests.js';
import { connect, type Namespace, routerAndHost } from '#test/netlink/helpers/namespace.js';
import { RemoteNetwork } from '#test/netlink/helpers/remote-network.js';
import { until } from '#scripts/kit/wait.js';

type Verb = 'add' | 'delete';

function effect(verb: Verb, address: string, ifindex = 2): HostRouteEffect {
  return { type: `host-route-${verb}`, eid: { instanceId: 0, address: parseAddress(address) }, ifindex };
}

async function change(network: RemoteNetwork, ...effects: HostRouteEffect[]): Promise<void> {
  for (const each of effects) await network.call('hostRoute', each);
  await network.settled();
}

/** Host routes of both families in the main table, as `ip route` prints them. */
async function routes(router: Namespace): Promise<string[]> {
  const text = (await router.ip('route show proto 246')) + (await router.ip('-6 route show proto 246'));
  return text
    .split('\n')
    .map((line) => line.replace(' pref medium', '').trim())
    .filter((line) => line !== '');
}

/** The host 1.1.1.1 is present, and the kernel has a neighbour entry for it. */
async function withSightedHost(t: Parameters<typeof routerAndHost>[0]) {
  const { router, host } = await routerAndHost(t);
  await router.ip('address add 1.1.1.254/24 dev eid0');
  await host.ip('address add 1.1.1.1/24 dev eth0');
  const network = await RemoteNetwork.open(t, router, 'eid0');
  await host.exec('ping', '-c1', '-W5', '1.1.1.254');
  await network.hears(/sighted ARP\/ND 1\.1\.1\.1/);
  return { router, host, network };
}

const V4 = '1.1.1.1 dev eid0 scope link metric 4342';
const V6 = '2001:db8:1::1 dev eid0 metric 4342';

test.serial('adding and deleting a host route twice is harmless', async (t) => {
  const { router } = await routerAndHost(t);
  const network = await RemoteNetwork.open(t, router, 'eid0');
  for (let i = 0; i < 2; i++) {
    await change(network, effect('add', '1.1.1.1'), effect('add', '2001:db8:1::1'));
    t.deepEqual(await routes(router), [V4, V6]);
  }
  t.like(await network.call('counters'), { hostRoutes: 2, hostRoutesWaiting: 0, hostRouteErrors: 0 });
  for (let i = 0; i < 2; i++) {
    await change(network, effect('delete', '1.1.1.1'), effect('delete', '2001:db8:1::1'));
    t.deepEqual(await routes(router), []);
  }
  t.like(await network.call('counters'), { hostRoutes: 0, hostRoutesWaiting: 0, hostRouteErrors: 0 });
});

for (const address of ['1.1.1.1', '2001:db8:1::1'])
  test.serial(
    `the host route of ${address} moves to another interface, for any order of the effects`,
    async (t) => {
      const { router, host } = await routerAndHost(t);
      await connect(router, 'eid1', host, 'eth1');
      const network = await RemoteNetwork.open(t, router, 'eid0', 'eid1');
      const dev = async () => (await routes(router)).map((line) => line.split(' ').slice(0, 3).join(' '));
      await change(network, effect('add', address, 2));
      await change(network, effect('add', address, 3), effect('delete', address, 2));
      t.deepEqual(await dev(), [`${address} dev eid1`]);
      await change(network, effect('delete', address, 3), effect('add', address, 2));
      t.deepEqual(await dev(), [`${address} dev eid0`]);
    },
  );

test.serial('host routes of others stay unchanged', async (t) => {
  const { router } = await routerAndHost(t);
  await router.ip('route add 1.1.1.1/32 dev eid0 proto static');
  await router.ip('route add 1.1.1.2/32 dev eid0 proto static metric 4342');
  const network = await RemoteNetwork.open(t, router, 'eid0');
  await change(network, effect('add', '1.1.1.1'), effect('delete', '1.1.1.1'), effect('delete', '1.1.1.2'));
  await network.call('flushHostRoutes');
  t.is((await router.ip('route show proto static')).trim().split('\n').length, 2);
});

test.serial('host routes are restored when their interface comes up', async (t) => {
  const { router } = await routerAndHost(t);
  const network = await RemoteNetwork.open(t, router, 'eid0');
  await change(network, effect('add', '1.1.1.1'), effect('add', '2001:db8:1::1'));
  await router.ip('link set eid0 down');
  t.deepEqual(await routes(router), []);
  await router.ip('link set eid0 up');
  await until('the routes are back', async () => (await routes(router)).length === 2);
  t.deepEqual(await routes(router), [V4, V6]);
});

test.serial('a host route that the kernel refuses is counted, and logged with a command', async (t) => {
  const { router } = await routerAndHost(t);
  const network = await RemoteNetwork.open(t, router, 'eid0');
  await router.ip('link set eid0 down');
  await network.call('hostRoute', effect('add', '1.1.1.1'));
  const line = await network.hears(/host route/);
  t.regex(line, /warn: host route: RTM_NEWROUTE: ENETDOWN/);
  t.regex(line, /ip route replace 1\.1\.1\.1\/32 dev eid0 scope link proto 246 metric 4342$/);
  t.like(await network.call('counters'), { hostRouteErrors: 1, hostRoutes: 1 });
});

test.serial('the logged command does the same as the agent', async (t) => {
  const { router } = await routerAndHost(t);
  await router.exec(...'ip route replace 1.1.1.1/32 dev eid0 scope link proto 246 metric 4342'.split(' '));
  t.deepEqual(await routes(router), [V4]);
  const network = await RemoteNetwork.open(t, router, 'eid0');
  await change(network, effect('add', '1.1.1.1'));
  t.deepEqual(await routes(router), [V4]);
});

test.serial(
  'deleting the host route deletes the neighbour, so that the host is sighted when it returns',
  async (t) => {
    const { router, host, network } = await withSightedHost(t);
    await change(network, effect('add', '1.1.1.1'), effect('delete', '1.1.1.1'));
    t.deepEqual(await router.show('neighbour show to 1.1.1.1'), []);
    network.forget();
    await host.ip('neighbour flush dev eth0');
    await host.exec('ping', '-c1', '-W5', '1.1.1.254');
    t.truthy(await network.hears(/sighted ARP\/ND 1\.1\.1\.1/));
  },
);

for (const others of [200, 600])
  test.serial(
    `a host is probed after its host route was deleted, and ${others} others before it`,
    async (t) => {
      const { router, network } = await withSightedHost(t);
      network.forget();
      const gone = effect('delete', '1.1.1.1');
      const calls = Array.from({ length: others }, (_, i) =>
        network.call('hostRoute', effect('delete', `1.2.${i >> 8}.${i & 255}`)),
      );
      calls.push(network.call('hostRoute', gone));
      calls.push(network.call('probeHost', { type: 'probe-host', eid: gone.eid, ifindex: 2 }));
      await Promise.all(calls);
      await network.settled();
      await network.hears(/sighted ARP\/ND 1\.1\.1\.1/);
      t.like(await router.show('neighbour show to 1.1.1.1'), [{ state: ['REACHABLE'] }]);
    },
  );

test.serial('a configured neighbour is not deleted', async (t) => {
  const { router } = await routerAndHost(t);
  await router.ip('neighbour add 1.1.1.1 lladdr 02:00:00:00:00:aa dev eid0 nud permanent');
  const network = await RemoteNetwork.open(t, router, 'eid0');
  await change(network, effect('add', '1.1.1.1'), effect('delete', '1.1.1.1'));
  t.like(await router.show('neighbour show to 1.1.1.1'), [{ state: ['PERMANENT'] }]);
});

test.serial('teardown removes all host routes, reconciling removes unwanted ones', async (t) => {
  const { router } = await routerAndHost(t);
  const before = await RemoteNetwork.open(t, router, 'eid0');
  await change(before, effect('add', '1.1.1.1'), effect('add', '1.1.1.2'), effect('add', '2001:db8:1::1'));
  await before.call('close');
  const after = await RemoteNetwork.open(t, router, 'eid0');
  await change(after, effect('add', '1.1.1.1'));
  t.is(await after.call('reconcileHostRoutes'), 2);
  t.deepEqual(await routes(router), [V4]);
  t.is(await after.call('flushHostRoutes'), 1);
  t.deepEqual(await routes(router), []);
});

test.serial('a route that is added during reconciliation stays', async (t) => {
  const { router } = await routerAndHost(t);
  const hosts = Array.from({ length: 600 }, (_, i) => `1.1.${1 + (i >> 8)}.${i & 255}`);
  const last = hosts.at(-1)!;
  await router.batch(
    hosts.map((host) => `route add ${host} dev eid0 scope link proto 246 metric ${HOST_ROUTE_METRIC}`),
  );
  const network = await RemoteNetwork.open(t, router, 'eid0');
  const reconciled = network.call('reconcileHostRoutes');
  await network.call('links'); // requests are in order, so the routes have been listed
  await network.call('hostRoute', effect('add', last));
  await reconciled;
  await network.settled();
  t.deepEqual(await routes(router), [`${last} dev eid0 scope link metric ${HOST_ROUTE_METRIC}`]);
});
