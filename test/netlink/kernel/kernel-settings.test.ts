// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import type { KernelSettingsResult } from '#netlink/index.js';
import { connect, Namespace } from '#test/netlink/helpers/namespace.js';
import { RemoteNetwork } from '#test/netlink/helpers/remote-network.js';

const INTERFACES = { eidInterfaces: ['eid0'], rlocInterfaces: ['rloc.0'] };

/** A router with an EID-facing interface eid0, an RLOC-facing one whose name has a dot, and a third one. */
async function router(t: Parameters<typeof Namespace.create>[0]) {
  const namespace = await Namespace.create(t);
  const other = await Namespace.create(t);
  await connect(namespace, 'eid0', other, 'peer0');
  await connect(namespace, 'rloc.0', other, 'peer1');
  await connect(namespace, 'other0', other, 'peer2');
  // A new namespace may inherit settings of the machine.
  for (const name of ['all', 'default', 'eid0', 'rloc.0', 'other0'])
    for (const key of ['rp_filter', 'arp_accept']) await namespace.sysctl(`net/ipv4/conf/${name}/${key}`, 0);
  for (const family of ['ipv4', 'ipv6']) await namespace.sysctl(`net/${family}/conf/all/forwarding`, 0);
  const network = await RemoteNetwork.open(t, namespace);
  const check = (mode: 'set' | 'report') =>
    network.ask<KernelSettingsResult>('checkKernelSettings', { ...INTERFACES, mode });
  return { namespace, check };
}

test.serial('report: every printed command works, and then nothing is left to report', async (t) => {
  const { namespace, check } = await router(t);
  await namespace.sysctl('net.ipv4.conf.all.rp_filter', 1);
  for (let round = 0; round < 3; round++) {
    const { warnings, changed } = await check('report');
    t.deepEqual(changed, []);
    t.is(warnings.length > 0, round === 0, warnings.join('\n'));
    for (const warning of warnings) {
      const [, command = ''] = /: (sysctl -w .*)$/.exec(warning) ?? [];
      await namespace.exec(...command.split(' '));
    }
  }
});

test.serial('set: all settings are fixed and reported', async (t) => {
  const { check } = await router(t);
  const first = await check('set');
  t.deepEqual(first.warnings, []);
  t.deepEqual(first.changed, [
    'sysctl -w net.ipv4.ip_forward=1',
    'sysctl -w net.ipv6.conf.all.forwarding=1',
    'sysctl -w net.ipv4.conf.eid0.arp_accept=1',
    'sysctl -w net.ipv6.conf.eid0.accept_untracked_na=1',
  ]);
  t.deepEqual(await check('set'), { warnings: [], changed: [] });
});

test.serial('forwarding is checked on each interface, not only in all', async (t) => {
  const { namespace, check } = await router(t);
  await check('set');
  await namespace.sysctl('net/ipv4/conf/rloc.0/forwarding', 0);
  await namespace.sysctl('net.ipv6.conf.eid0.forwarding', 0);
  const { warnings } = await check('report');
  t.deepEqual(warnings, [
    'eid0 does not forward IPv6: sysctl -w net.ipv6.conf.eid0.forwarding=1',
    'rloc.0 does not forward IPv4: sysctl -w net/ipv4/conf/rloc.0/forwarding=1',
  ]);
});

test.serial('an interface without IPv6 needs no IPv6 settings', async (t) => {
  const { namespace, check } = await router(t);
  await check('set');
  await namespace.sysctl('net.ipv6.conf.eid0.disable_ipv6', 1);
  await namespace.sysctl('net.ipv6.conf.eid0.forwarding', 0);
  await namespace.sysctl('net.ipv6.conf.eid0.accept_untracked_na', 0);
  t.deepEqual((await check('report')).warnings, []);
});

const reversePathFilter = test.macro({
  title: (_, before: string) => `rp_filter: ${before}`,
  async exec(t, before: string, after: string) {
    const { namespace, check } = await router(t);
    await check('set');
    for (const setting of before.split(' ')) {
      const [name = '', value] = setting.split('=');
      await namespace.sysctl(`net/ipv4/conf/${name}/rp_filter`, Number(value));
    }
    t.deepEqual((await check('set')).warnings, []);
    for (const setting of after.split(' ')) {
      const [name = '', value] = setting.split('=');
      t.is(
        (await namespace.exec('cat', `/proc/sys/net/ipv4/conf/${name}/rp_filter`)).trim(),
        value ?? '',
        name,
      );
    }
  },
});
test.serial(reversePathFilter, 'all=0 eid0=2 rloc.0=0 other0=1', 'all=0 eid0=2 rloc.0=0 other0=1');
test.serial(reversePathFilter, 'all=0 eid0=1 rloc.0=1 other0=1', 'all=0 eid0=2 rloc.0=0 other0=1');
test.serial(reversePathFilter, 'all=1 eid0=0 rloc.0=0 other0=0', 'all=0 eid0=2 rloc.0=0 other0=1 default=1');
test.serial(reversePathFilter, 'all=2 eid0=0 rloc.0=2 other0=1', 'all=0 eid0=2 rloc.0=0 other0=2 default=2');
