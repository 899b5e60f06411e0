// SPDX-License-Identifier: Apache-2.0
// Interfaces that change, disappear and come back while the agent runs.
import test, { type ExecutionContext } from 'ava';
import type { DynamicEidView, StatisticsView, StatusView } from '#core/service/views.js';
import {
  buildSite,
  FAR_RLOC,
  HOST,
  listen,
  OUR_RLOC,
  REMOTE,
  type Site,
  take,
} from '#test/datapath/live-site.js';
import { addVeth, run } from '#test/native/sandbox.js';
import { AgentProcess } from './agent-process.js';

const LISP_DATA = 4341;
const PORT = 9999;

const CONFIGURATION = `name: xtrt
rlocs: [{address: ${OUR_RLOC[4]}}]
interfaces:
  - {name: e0, roles: [eid]}
  - {name: r0, roles: [rloc]}
dynamic-eids: [{name: HOSTS, eid-prefix: 5.5.5.0/24}]
map-cache: [{eid-prefix: ${REMOTE[4]}/32, locators: [{rloc: ${FAR_RLOC[4]}}]}]
map-resolvers: [${FAR_RLOC[4]}]
map-servers: [{address: ${FAR_RLOC[4]}, key: {file: site.key}}]
`;

const ip = (namespace: string, command: string): string => run('ip', '-n', namespace, ...command.split(' '));

async function startAgent(t: ExecutionContext, site: Site): Promise<AgentProcess> {
  const agent = new AgentProcess(t, site.xtr, site.options.bpfFilesystem, CONFIGURATION);
  await agent.says(/ready/);
  return agent;
}

function hasXdp(namespace: string, name: string): boolean {
  return ip(namespace, `link show dev ${name}`).includes('xdp');
}

/** Removes the interface, as a hypervisor removes a NIC. */
const unplug = ({ xtr }: Site): string => ip(xtr, 'link delete e0');

function plugIn({ xtr, host }: Site): void {
  addVeth(
    { namespace: host, name: 'h0', addresses: [`${HOST[4]}/24`] },
    { namespace: xtr, name: 'e0', addresses: ['5.5.5.1/24'] },
  );
  ip(host, 'route add default via 5.5.5.1');
  run('ip', 'netns', 'exec', host, 'ethtool', '-K', 'h0', 'tx', 'off', 'gro', 'on');
}

/** Checks that the router encapsulates a packet of the host. */
async function encapsulates(t: ExecutionContext, site: Site): Promise<void> {
  const far = await listen(t, site.far, FAR_RLOC[4], LISP_DATA);
  const near = await listen(t, site.host, HOST[4], PORT);
  await near.peer.call('send', HOST[4], REMOTE[4], PORT, [Buffer.from('hello')]);
  const [datagram] = await take(far.datagrams, 1);
  t.is(datagram?.from, OUR_RLOC[4]);
  t.is(
    Buffer.from(datagram?.bytes ?? [])
      .toString('latin1')
      .slice(-5),
    'hello',
  );
  await Promise.all([far.peer.kill(), near.peer.kill()]);
}

test.serial('frames to the new MAC address of an interface are encapsulated', async (t) => {
  const site = buildSite(t);
  const agent = await startAgent(t, site);
  await encapsulates(t, site);
  ip(site.xtr, 'link set e0 address 02:00:00:00:00:77');
  t.regex(await agent.says(/e0: /), /^info: e0: new MAC address: 02:00:00:00:00:77, index \d+, native XDP$/);
  ip(site.host, 'neighbour flush dev h0');
  await encapsulates(t, site);
  const { adapters } = await agent.show<StatisticsView>('statistics');
  t.like(adapters['datapath'], { interfacesChanged: 1, interfacesGone: 0 });
});

test.serial('a missing interface is a warning until it is back', async (t) => {
  const site = buildSite(t);
  const agent = await startAgent(t, site);
  const { warnings: before } = await agent.show<StatusView>('status');
  unplug(site);
  const warning = 'there is no interface e0: nothing is forwarded on it until that changes';
  t.is(await agent.says(/no interface/), `warn: ${warning}`);
  const status = await agent.show<StatusView>('status');
  t.deepEqual(status.warnings, [...before, warning]);
  t.deepEqual(
    status.dataPath?.interfaces.map(({ name }) => name),
    ['r0'],
  );
  plugIn(site);
  t.regex(await agent.says(/e0: created again/), /^info: .*native XDP$/);
  t.deepEqual((await agent.show<StatusView>('status')).warnings, before);
});

test.serial('an interface that was created again has XDP, and hosts are detected on it', async (t) => {
  const site = buildSite(t);
  const agent = await startAgent(t, site);
  await encapsulates(t, site);
  await agent.says(/eid-learnt .*5\.5\.5\.5/);
  unplug(site);
  plugIn(site);
  await agent.says(/e0: created again/);
  t.true(hasXdp(site.xtr, 'e0'));
  await encapsulates(t, site);
  await agent.says(/eid-learnt .*5\.5\.5\.5.*on another interface/);
  t.like(await agent.show<DynamicEidView[]>('dynamic-eid'), [{ eid: HOST[4], interface: 'e0' }]);
});

test.serial('a port that leaves a bridge does not count as deleted', async (t) => {
  const site = buildSite(t);
  const agent = await startAgent(t, site);
  ip(site.xtr, 'link add br0 type bridge');
  ip(site.xtr, 'link set e0 master br0');
  ip(site.xtr, 'link set e0 nomaster');
  ip(site.xtr, 'link set e0 address 02:00:00:00:00:77');
  t.regex(await agent.says(/e0/), /new MAC address/);
});

test.serial('an RLOC-facing interface disappears and comes back', async (t) => {
  const site = buildSite(t);
  const agent = await startAgent(t, site);
  ip(site.xtr, 'link set r0 down');
  ip(site.xtr, 'link set r0 name other');
  t.regex(await agent.says(/no interface r0/), /^warn/);
  t.false(hasXdp(site.xtr, 'other'));
  ip(site.xtr, 'link set other name r0');
  t.regex(await agent.says(/r0: created again/), /^info/);
  t.true(hasXdp(site.xtr, 'r0'));
});
