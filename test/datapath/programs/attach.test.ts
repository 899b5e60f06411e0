// SPDX-License-Identifier: Apache-2.0
// Programs on interfaces: which program, in which mode, and when they are replaced and detached.
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { DataPath, DataPathStatus } from '#core/ports.js';
import { addVeth, run } from '#test/native/sandbox.js';
import type { OptionsInside } from '#test/datapath/agent-inside.js';
import type { Inside } from '#test/datapath/inside.js';
import { buildSite, type Site, startAgent } from '#test/datapath/live-site.js';

type Mode = '' | 'native' | 'generic';

/** The XDP mode of the interface in the kernel. */
function xdpMode(namespace: string, name: string): Mode {
  const [link] = JSON.parse(run('ip', '-n', namespace, '-json', 'link', 'show', 'dev', name)) as [
    { xdp?: { mode: number } },
  ];
  return (['', 'native', 'generic'] as const)[link.xdp?.mode ?? 0] ?? '';
}

const open = (agent: Inside, options: OptionsInside): Promise<DataPathStatus> => agent.call('open', options);

/** Opens, detaches, and opens again with other options. */
async function reopen(agent: Inside, first: OptionsInside, second: OptionsInside): Promise<DataPathStatus> {
  await open(agent, first);
  await agent.call('detach');
  return open(agent, second);
}

const on = (site: Site, changes: Partial<OptionsInside>): OptionsInside => ({ ...site.options, ...changes });
const e0 = (...roles: ('eid' | 'rloc')[]): OptionsInside['interfaces'] => [
  { name: 'e0', roles, instanceId: 0 },
];

test.serial(
  'each interface gets the program of its roles, in native mode if the driver supports it',
  async (t) => {
    const site = buildSite(t);
    const { interfaces } = await open(startAgent(t, site), site.options);
    t.deepEqual(
      interfaces.map(({ name, roles, mode, program }) => ({ name, roles, mode, program })),
      [
        { name: 'e0', roles: ['eid'], mode: 'native', program: 'eid_ingress' },
        { name: 'r0', roles: ['rloc'], mode: 'native', program: 'rloc_ingress' },
      ],
    );
    t.deepEqual([xdpMode(site.xtr, 'e0'), xdpMode(site.xtr, 'r0')], ['native', 'native']);
  },
);

test.serial('an interface with both roles gets one program', async (t) => {
  const site = buildSite(t);
  const { interfaces } = await open(startAgent(t, site), on(site, { interfaces: e0('eid', 'rloc') }));
  t.is(interfaces[0]?.program, 'both_ingress');
});

const lo: OptionsInside['interfaces'] = [{ name: 'lo', roles: ['rloc'], instanceId: 0 }];

test.serial('auto falls back to generic if the driver has no native XDP, and reports it', async (t) => {
  const site = buildSite(t);
  const { interfaces } = await open(startAgent(t, site), on(site, { interfaces: lo }));
  t.is(interfaces[0]?.mode, 'generic');
  t.is(xdpMode(site.xtr, 'lo'), 'generic');
});

test.serial('native does not fall back: the start fails and leaves nothing', async (t) => {
  const site = buildSite(t);
  const interfaces = [...e0('eid'), ...lo];
  const error = await t.throwsAsync(open(startAgent(t, site), on(site, { interfaces, xdpMode: 'native' })), {
    name: 'DataPathError',
  });
  t.regex(error.message, /^interface lo: bpf_link_create: native XDP on ifindex 1/);
  t.is(xdpMode(site.xtr, 'e0'), '');
  t.false(existsSync(join(site.options.bpfFilesystem, 'xtrd', 'xtrt')));
});

test.serial('generic is used also if native would work', async (t) => {
  const site = buildSite(t);
  await open(startAgent(t, site), on(site, { xdpMode: 'generic' }));
  t.is(xdpMode(site.xtr, 'e0'), 'generic');
});

test.serial('an interface with another XDP program is refused, and that program stays', async (t) => {
  const site = buildSite(t);
  await open(startAgent(t, site), site.options);
  const error = await t.throwsAsync(open(startAgent(t, site), on(site, { name: 'xtrt-other' })));
  t.regex(error.message, /^interface e0: .* it has an XDP program already/);
  t.is(xdpMode(site.xtr, 'e0'), 'native');
  t.false(existsSync(join(site.options.bpfFilesystem, 'xtrd', 'xtrt-other')));
});

test.serial('programs stay attached after the agent has ended, and are adopted', async (t) => {
  const site = buildSite(t);
  const first = startAgent(t, site);
  await open(first, site.options);
  await first.kill();
  t.is(xdpMode(site.xtr, 'e0'), 'native');
  const status = await open(startAgent(t, site), site.options);
  t.true(status.adopted);
  t.deepEqual(
    status.interfaces.map(({ mode }) => mode),
    ['native', 'native'],
  );
});

test.serial('after a change of roles the same link has another program', async (t) => {
  const site = buildSite(t);
  const status = await reopen(
    startAgent(t, site),
    on(site, { interfaces: e0('eid') }),
    on(site, { interfaces: e0('rloc') }),
  );
  t.is(status.interfaces[0]?.program, 'rloc_ingress');
});

for (const [from, to] of [
  ['native', 'generic'],
  ['generic', 'native'],
] as const)
  test.serial(`after a change of the mode a new link is created: ${from} to ${to}`, async (t) => {
    const site = buildSite(t);
    await reopen(startAgent(t, site), on(site, { xdpMode: from }), on(site, { xdpMode: to }));
    t.is(xdpMode(site.xtr, 'e0'), to);
  });

test.serial('an interface that is no longer configured loses its program', async (t) => {
  const site = buildSite(t);
  await reopen(startAgent(t, site), site.options, on(site, { interfaces: e0('eid') }));
  t.deepEqual([xdpMode(site.xtr, 'e0'), xdpMode(site.xtr, 'r0')], ['native', '']);
});

test.serial('an interface that was deleted and created again gets a new link', async (t) => {
  const site = buildSite(t);
  const options = on(site, { interfaces: e0('eid') });
  const agent = startAgent(t, site);
  const before = await open(agent, options);
  await agent.call('detach');
  run('ip', '-n', site.xtr, 'link', 'delete', 'e0');
  addVeth(
    { namespace: site.xtr, name: 'e0', addresses: [] },
    { namespace: site.host, name: 'h0', addresses: [] },
  );
  const after = await open(agent, options);
  t.not(after.interfaces[0]?.ifindex, before.interfaces[0]?.ifindex);
  t.is(xdpMode(site.xtr, 'e0'), 'native');
});

test.serial('an interface is deleted and comes back while the data path runs', async (t) => {
  const site = buildSite(t);
  const agent = startAgent(t, site);
  const [before] = (await open(agent, site.options)).interfaces;
  run('ip', '-n', site.xtr, 'link', 'delete', 'e0');
  const left = await agent.call<DataPathStatus['interfaces']>('interfaceGone', 'e0');
  t.deepEqual(
    left.map(({ name }) => name),
    ['r0'],
  );
  addVeth(
    { namespace: site.xtr, name: 'e0', addresses: [] },
    { namespace: site.host, name: 'h0', addresses: [] },
  );
  const [, after] = await agent.call<DataPathStatus['interfaces']>(
    'interfaceChanged',
    site.options.interfaces[0],
  );
  t.like(after, { name: 'e0', roles: ['eid'], mode: 'native', program: 'eid_ingress' });
  t.not(after?.ifindex, before?.ifindex);
  t.is(xdpMode(site.xtr, 'e0'), 'native');
  const { adapter } = await agent.call<ReturnType<DataPath['counters']>>('counters');
  t.like(adapter, { interfacesGone: 1, interfacesChanged: 1 });
});

test.serial('an interface that comes back with another XDP program is refused and forgotten', async (t) => {
  const site = buildSite(t);
  const [agent, other] = [startAgent(t, site), startAgent(t, site)];
  await open(agent, site.options);
  await agent.call('interfaceGone', 'e0');
  t.is(xdpMode(site.xtr, 'e0'), '');
  await open(other, on(site, { name: 'xtrt-other', interfaces: e0('eid') }));
  const back = (): Promise<DataPathStatus['interfaces']> =>
    agent.call('interfaceChanged', site.options.interfaces[0]);
  await t.throwsAsync(back(), { message: /^interface e0: .* it has an XDP program already/ });
  await other.call('tearDown', site.options.bpfFilesystem, 'xtrt-other');
  t.deepEqual(
    (await back()).map(({ name }) => name),
    ['r0', 'e0'],
  );
});

test.serial('an interface whose name has a dot, such as a VLAN', async (t) => {
  const site = buildSite(t);
  run('ip', '-n', site.xtr, 'link', 'set', 'e0', 'down');
  run('ip', '-n', site.xtr, 'link', 'set', 'e0', 'name', 'e0.100');
  const interfaces: OptionsInside['interfaces'] = [{ name: 'e0.100', roles: ['eid'], instanceId: 0 }];
  const options = on(site, { interfaces });
  const status = await reopen(startAgent(t, site), options, options);
  t.true(status.adopted);
  t.is(xdpMode(site.xtr, 'e0.100'), 'native');
});

test.serial('tearing down detaches the programs, also while the agent runs', async (t) => {
  const site = buildSite(t);
  const agent = startAgent(t, site);
  await open(agent, site.options);
  t.true(await startAgent(t, site).call('tearDown', site.options.bpfFilesystem, site.options.name));
  t.deepEqual([xdpMode(site.xtr, 'e0'), xdpMode(site.xtr, 'r0')], ['', '']);
  t.false(existsSync(join(site.options.bpfFilesystem, 'xtrd', 'xtrt')));
  const { reasons } = await agent.call<ReturnType<DataPath['counters']>>('counters');
  t.true('encapsulated' in reasons);
});

test.serial('tearing down detaches programs of the layout before the first release', async (t) => {
  const site = buildSite(t);
  const agent = startAgent(t, site);
  await open(agent, site.options);
  await agent.kill();
  const instance = join(site.options.bpfFilesystem, 'xtrd', 'xtrt');
  mkdirSync(join(instance, 'v5'));
  renameSync(join(instance, 'links'), join(instance, 'v5/links'));
  t.true(await startAgent(t, site).call('tearDown', site.options.bpfFilesystem, site.options.name));
  t.deepEqual([xdpMode(site.xtr, 'e0'), xdpMode(site.xtr, 'r0')], ['', '']);
  t.false(existsSync(instance));
});
