// SPDX-License-Identifier: Apache-2.0
// Warnings of the agent about interfaces whose peers have wrong settings.
import test from 'ava';
import type { StatusView } from '#core/service/views.js';
import { buildSite, FAR_RLOC, OUR_RLOC } from '#test/datapath/live-site.js';
import { run } from '#test/native/sandbox.js';
import { AgentProcess } from './agent-process.js';

const CONFIGURATION = `name: xtrt
rlocs: [{address: ${OUR_RLOC[4]}}]
interfaces:
  - {name: e0, roles: [eid]}
  - {name: r0, roles: [rloc]}
dynamic-eids: [{name: HOSTS, eid-prefix: 5.5.5.0/24}]
map-resolvers: [${FAR_RLOC[4]}]
map-servers: [{address: ${FAR_RLOC[4]}, key: {file: site.key}}]
`;

const warning = (name: string): string =>
  `${name} loses packets that native XDP redirects to it: run on its veth peer, while both ends are up: ethtool -K PEER gro on`;

test.serial('a peer without GRO is a warning in the log and in the status until GRO is on', async (t) => {
  const site = buildSite(t);
  const gro = (namespace: string, name: string, state: string): string =>
    run('ip', 'netns', 'exec', namespace, 'ethtool', '-K', name, 'gro', state);
  gro(site.host, 'h0', 'off');
  const agent = new AgentProcess(t, site.xtr, site.options.bpfFilesystem, CONFIGURATION);
  t.is(await agent.says(/ loses /), `warn: offloads: ${warning('e0')}`);
  await agent.says(/ready/);
  const warnings = async (): Promise<readonly string[]> =>
    (await agent.show<StatusView>('status')).warnings.filter((text) => text.includes(' loses '));
  t.deepEqual(await warnings(), [warning('e0')]);
  gro(site.host, 'h0', 'on');
  gro(site.far, 'f0', 'off');
  t.deepEqual(await warnings(), [warning('r0')]);
  t.is(await agent.says(/ loses /), `warn: offloads: ${warning('r0')}`);
  gro(site.far, 'f0', 'on');
  t.deepEqual(await warnings(), []);
});
