// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import { type Namespace, routerAndHost } from '#test/netlink/helpers/namespace.js';
import { RemoteNetwork } from '#test/netlink/helpers/remote-network.js';
import { until } from '#scripts/kit/wait.js';

async function monitorOf(network: RemoteNetwork): Promise<number> {
  const pid = await network.monitorPid();
  if (pid === undefined) throw new Error('no monitor is running');
  return pid;
}

/** Makes one change of each kind while no monitor reads. */
async function changeEverything(router: Namespace, network: RemoteNetwork): Promise<void> {
  await router.ip('address delete 1.1.1.7/32 dev eid0');
  await router.ip('address add 1.1.1.8/32 dev eid0');
  await router.ip('neighbour add 1.1.1.2 lladdr 02:00:00:00:00:aa dev eid0 nud permanent');
  const eid = { instanceId: 0, address: parseAddress('1.1.1.1') };
  await network.call('hostRoute', { type: 'host-route-add', eid, ifindex: 2 });
  await network.call('keepNeighbours', [parseAddress('1.1.1.3')]);
}

async function everythingArrived(router: Namespace, network: RemoteNetwork): Promise<void> {
  await network.hears('lost Local Address 1.1.1.7 on 2 in 0');
  await network.hears('sighted Local Address 1.1.1.8 on 2 in 0');
  await network.hears('sighted ARP/ND 1.1.1.2 on 2 in 0');
  await until('the host route is there', async () => (await router.ip('route show proto 246')) !== '');
  await until('the next hop is being resolved', async () => {
    const [entry] = await router.show<{ managed?: null }>('neighbour show to 1.1.1.3');
    return entry !== undefined && 'managed' in entry;
  });
}

async function open(t: Parameters<typeof routerAndHost>[0]) {
  const { router, host } = await routerAndHost(t);
  await router.ip('address add 1.1.1.254/24 dev eid0');
  await router.ip('address add 1.1.1.7/32 dev eid0');
  const network = await RemoteNetwork.open(t, router, 'eid0');
  await network.hears('sighted Local Address 1.1.1.7 on 2 in 0');
  return { router, host, network };
}

test.serial('a killed monitor is restarted, and no change is lost', async (t) => {
  const { router, network } = await open(t);
  const pid = await monitorOf(network);
  process.kill(pid, 'SIGSTOP'); // so that it cannot see the changes before it is killed
  await changeEverything(router, network);
  process.kill(pid, 'SIGKILL');
  await everythingArrived(router, network);
  t.not(await network.monitorPid(), pid);
  t.like(await network.call('counters'), { restarts: 1, overruns: 0 });
  t.truthy(await network.hears(/^warn: netlink monitor ended \(SIGKILL\)/));
});

test.serial(
  'the receive buffer of the monitor overruns: the agent survives, counts it and resynchronises',
  async (t) => {
    const { router, network } = await open(t);
    const pid = await monitorOf(network);
    process.kill(pid, 'SIGSTOP');
    await changeEverything(router, network);
    // Each takes about 1,000 bytes of the buffer, which has at most 8 MiB.
    const storm = Array.from({ length: 30_000 }, (_, i) => {
      const lladdr = `02:00:00:00:${(i >> 8).toString(16)}:${(i & 255).toString(16)}`;
      return `neighbour replace 1.1.1.${100 + (i % 100)} lladdr ${lladdr} dev eid0 nud permanent`;
    });
    await router.batch(storm);
    process.kill(pid, 'SIGCONT');
    await everythingArrived(router, network);
    for (let n = 100; n < 200; n++) await network.hears(`sighted ARP/ND 1.1.1.${n} on 2 in 0`);
    t.like(await network.call('counters'), { restarts: 1, overruns: 1 });
    t.truthy(await network.hears(/^warn: netlink monitor ended \(SIGABRT/));
  },
);

test.serial('a monitor that hangs is replaced, and the request that timed out fails', async (t) => {
  const { router, network } = await open(t);
  const pid = await monitorOf(network);
  process.kill(pid, 'SIGSTOP');
  await t.throwsAsync(network.call('links'), { code: 'ERR_MONITOR_ENDED' } as object);
  await changeEverything(router, network);
  await everythingArrived(router, network);
  t.like(await network.call('counters'), { restarts: 1, requestTimeouts: 1 });
});

test.serial('the timeout for a starting monitor is longer than that for an answer', async (t) => {
  const { network } = await open(t);
  const pid = await monitorOf(network);
  process.kill(pid, 'SIGKILL');
  await until('the next one is there', async () => ![pid, undefined].includes(await network.monitorPid()));
  const next = await monitorOf(network);
  process.kill(next, 'SIGSTOP');
  const links = network.call('links');
  await new Promise((resolve) => setTimeout(resolve, 11_000));
  process.kill(next, 'SIGCONT');
  await t.notThrowsAsync(links);
  t.is(await network.monitorPid(), next);
  t.like(await network.call('counters'), { restarts: 1, requestTimeouts: 0, startTimeouts: 0 });
});

test.serial('signals to the process group do not end the monitor before the agent', async (t) => {
  const { router, network } = await open(t);
  const pid = await monitorOf(network);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
  await router.ip('address add 1.1.1.8/32 dev eid0');
  await network.hears('sighted Local Address 1.1.1.8 on 2 in 0');
  t.is(await network.monitorPid(), pid);
});

for (const how of ['closes', 'is killed'])
  test.serial(`the agent ${how}: the monitor ends`, async (t) => {
    const { network } = await open(t);
    const pid = await monitorOf(network);
    if (how === 'closes') await network.call('close');
    else network.process.kill('SIGKILL');
    await until('the monitor has ended', () => !existsSync(`/proc/${pid}`));
    t.pass();
  });

test.serial('a stopped monitor does not keep the agent from closing', async (t) => {
  const { network } = await open(t);
  const pid = await monitorOf(network);
  process.kill(pid, 'SIGSTOP');
  await network.call('close');
  t.false(existsSync(`/proc/${pid}`));
});
