// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import { type Namespace, routerAndHost } from '#test/netlink/helpers/namespace.js';
import { RemoteNetwork } from '#test/netlink/helpers/remote-network.js';
import { until } from '#scripts/kit/wait.js';

const HOST = 'sighted ARP/ND 1.1.1.1 on 2 in 0';

async function ipv4(router: Namespace, host: Namespace): Promise<void> {
  await router.ip('address add 1.1.1.254/24 dev eid0');
  await host.ip('address add 1.1.1.1/24 dev eth0');
}

async function ipv6(router: Namespace, host: Namespace): Promise<void> {
  await router.ip('address add 2001:db8:1::fe/64 dev eid0 nodad');
  await host.ip('address add 2001:db8:1::1/64 dev eth0 nodad');
}

test.serial('a host that sends an ARP request for its gateway is sighted', async (t) => {
  const { router, host } = await routerAndHost(t);
  await ipv4(router, host);
  const network = await RemoteNetwork.open(t, router, 'eid0');
  await host.exec('ping', '-c1', '-W5', '1.1.1.254');
  t.truthy(await network.hears(HOST));
});

test.serial('a host that solicits its gateway by ND is sighted, link-local addresses are not', async (t) => {
  const { router, host } = await routerAndHost(t);
  await ipv6(router, host);
  const network = await RemoteNetwork.open(t, router, 'eid0');
  await host.exec('ping', '-c1', '-W5', '2001:db8:1::fe');
  t.truthy(await network.hears('sighted ARP/ND 2001:db8:1::1 on 2 in 0'));
  t.deepEqual(network.heard(/fe80|ff02/), []);
});

test.serial('with the kernel settings, a host that only announces itself is sighted', async (t) => {
  const { router, host } = await routerAndHost(t);
  await ipv4(router, host);
  await ipv6(router, host);
  await host.sysctl('net.ipv4.conf.eth0.arp_notify', 1);
  await host.sysctl('net.ipv6.conf.eth0.ndisc_notify', 1);
  const network = await RemoteNetwork.open(t, router, 'eid0');
  await network.ask('checkKernelSettings', { mode: 'set', eidInterfaces: ['eid0'], rlocInterfaces: [] });
  await host.ip('link set eth0 down');
  await host.ip('link set eth0 up');
  t.truthy(await network.hears(HOST));
  await host.ip('address add 2001:db8:1::2/64 dev eth0'); // announced at the end of DAD
  t.truthy(await network.hears('sighted ARP/ND 2001:db8:1::2 on 2 in 0'));
});

test.serial(
  'at the start of the agent: a configured neighbour and a host that still answers are sighted',
  async (t) => {
    const { router, host } = await routerAndHost(t);
    await ipv4(router, host);
    const [link] = await host.show<{ address: string }>('link show dev eth0');
    const mac = link?.address ?? '';
    await router.ip(`neighbour add 1.1.1.1 lladdr ${mac} dev eid0 nud stale`);
    await router.ip(`neighbour add 1.1.1.2 lladdr ${mac} dev eid0 nud stale`); // has left
    await router.ip(`neighbour add 1.1.1.3 lladdr ${mac} dev eid0 nud permanent`);
    const network = await RemoteNetwork.open(t, router, 'eid0');
    t.truthy(await network.hears('sighted ARP/ND 1.1.1.3 on 2 in 0'));
    t.truthy(await network.hears(HOST));
    await until('the kernel gives up on 1.1.1.2', async () => {
      const [entry] = await router.show<{ state: string[] }>('neighbour show to 1.1.1.2');
      return entry?.state[0] === 'FAILED';
    });
    t.deepEqual(network.heard(/1\.1\.1\.2 /), []);
  },
);

test.serial(
  'host addresses of an EID-facing interface are added and deleted, the gateway address is not an EID',
  async (t) => {
    const { router } = await routerAndHost(t);
    await router.ip('address add 1.1.1.254/24 dev eid0');
    await router.ip('address add 1.1.1.7/32 dev eid0');
    const network = await RemoteNetwork.open(t, router, 'eid0');
    t.truthy(await network.hears('sighted Local Address 1.1.1.7 on 2 in 0'));
    await router.ip('address add 2001:db8:1::7/128 dev eid0');
    t.truthy(await network.hears('sighted Local Address 2001:db8:1::7 on 2 in 0'));
    await router.ip('address delete 1.1.1.254/24 dev eid0');
    await router.ip('address delete 1.1.1.7/32 dev eid0');
    t.truthy(await network.hears('lost Local Address 1.1.1.7 on 2 in 0'));
    t.deepEqual(network.heard(/(sighted|lost) .*1\.1\.1\.254/), []);
  },
);

test.serial('interfaces to watch can be set later', async (t) => {
  const { router, host } = await routerAndHost(t);
  await ipv4(router, host);
  const network = await RemoteNetwork.open(t, router);
  await router.ip('address add 1.1.1.7/32 dev eid0');
  await host.exec('ping', '-c1', '-W5', '1.1.1.254');
  const links = await network.call('links');
  const { ifindex = 0 } = links.find(({ name }) => name === 'eid0') ?? {};
  t.deepEqual(network.heard(/sighted/), []);
  await network.call('watchEids', [{ name: 'eid0', ifindex, instanceId: 5 }]);
  t.truthy(await network.hears('sighted Local Address 1.1.1.7 on 2 in 5'));
  t.truthy(await network.hears('sighted ARP/ND 1.1.1.1 on 2 in 5'));
});

test.serial('links and addresses are the same as in the output of ip', async (t) => {
  const { router } = await routerAndHost(t);
  await router.ip('link set eid0 address 02:00:00:00:00:01 mtu 1400');
  await router.ip('address add 1.1.1.254/24 dev eid0');
  const network = await RemoteNetwork.open(t, router, 'eid0');
  const links = await network.call('links');
  t.like(
    links.find(({ name }) => name === 'eid0'),
    { ifindex: 2, mac: Uint8Array.of(2, 0, 0, 0, 0, 1), mtu: 1400, up: true, kind: 'veth' },
  );
  t.like(
    links.find(({ name }) => name === 'lo'),
    { ifindex: 1, mac: new Uint8Array(6), up: true, kind: undefined },
  );
  const address = { family: 4, bits: 0x010101fen } as const;
  const addresses = await network.call('addresses');
  t.deepEqual(
    addresses.filter((each) => each.ifindex === 2 && each.address.family === 4),
    [{ ifindex: 2, address, prefixLength: 24, usable: true }],
  );
});

test.serial('gateway addresses are reported at the start, and when they change', async (t) => {
  const { router } = await routerAndHost(t);
  await router.ip('address add 1.1.1.254/24 dev eid0');
  const network = await RemoteNetwork.open(t, router, 'eid0');
  t.truthy(await network.hears('gateways 1.1.1.254 on 2'));
  await router.ip('address add 9.9.9.1/24 dev eid0');
  t.truthy(await network.hears('gateways 1.1.1.254 on 2, 9.9.9.1 on 2'));
});

test.serial('a probed host is sighted when it answers, with or without a neighbour entry', async (t) => {
  const { router, host } = await routerAndHost(t);
  await ipv4(router, host);
  const network = await RemoteNetwork.open(t, router, 'eid0');
  const eid = { instanceId: 0, address: parseAddress('1.1.1.1') };
  await network.call('probeHost', { type: 'probe-host', eid, ifindex: 2 });
  t.truthy(await network.hears(HOST));
  t.deepEqual(network.heard(/1\.1\.1\.9/), []);
});

test.serial('a configured neighbour is not probed but counts as present, unless it has moved', async (t) => {
  const { router, host } = await routerAndHost(t);
  await ipv4(router, host);
  await router.ip('neighbour add 1.1.1.3 lladdr 02:00:00:00:00:aa dev eid0 nud permanent');
  const network = await RemoteNetwork.open(t, router, 'eid0');
  const CONFIGURED = 'sighted ARP/ND 1.1.1.3 on 2 in 0';
  await network.hears(CONFIGURED);
  const probe = (address: string) =>
    ({ type: 'probe-host', eid: { instanceId: 0, address: parseAddress(address) }, ifindex: 2 }) as const;
  network.forget();
  await network.call('probeHost', { ...probe('1.1.1.3'), afterMove: true });
  await network.call('probeHost', probe('1.1.1.1'));
  t.truthy(await network.hears(HOST)); // probed after the other one
  t.deepEqual(network.heard(/1\.1\.1\.3/), []);
  await network.call('probeHost', probe('1.1.1.3'));
  t.truthy(await network.hears(CONFIGURED));
  const [entry] = await router.show<{ state: string[] }>('neighbour show to 1.1.1.3');
  t.deepEqual(entry?.state, ['PERMANENT']);
});
