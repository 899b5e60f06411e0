// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { checksumWarnings, deafInterface, offloadNotes, redirectWarnings } from '#netlink/index.js';
import { hasFeature, takesUnfinishedChecksums } from '#netlink/kernel/virtio.js';
import { routerAndHost } from '#test/netlink/helpers/namespace.js';
import { RemoteNetwork } from '#test/netlink/helpers/remote-network.js';

const LINKS = [
  { name: 'eid0', ifindex: 2, kind: 'veth', mac: new Uint8Array(6), mtu: 1500, up: true },
  { name: 'eth1', ifindex: 3, kind: undefined, mac: new Uint8Array(6), mtu: 1500, up: true },
  { name: 'other0', ifindex: 4, kind: 'veth', mac: new Uint8Array(6), mtu: 1500, up: true },
];
const attached = (eid0: 'native' | 'generic', eth1: 'native' | 'generic') => [
  { name: 'eid0', ifindex: 2, mode: eid0 },
  { name: 'eth1', ifindex: 3, mode: eth1 },
];
const WITHOUT = [2, 3].map((ifindex) => ({ ifindex, bits: 0x23n }));
const WITH = [2, 3].map((ifindex) => ({ ifindex, bits: 0x67n }));

test('a veth is reported with the command for its peer', (t) => {
  t.deepEqual(offloadNotes(LINKS, ['eid0', 'eth1']), [
    'eid0 is a veth: run once on its peer: ethtool -K PEER tx off',
  ]);
});

test('each interface that loses redirected packets is reported, with a fix', (t) => {
  const [veth, other, ...more] = redirectWarnings(attached('native', 'native'), LINKS, WITHOUT);
  t.is(
    veth,
    'eid0 loses packets that native XDP redirects to it: run on its veth peer, while both ends are up: ethtool -K PEER gro on',
  );
  t.regex(other ?? '', /^eth1 loses .*\(NETDEV_XDP_ACT_NDO_XMIT\); set data-path: \{xdp-mode: generic\}/);
  t.deepEqual(more, []);
});

test('one interface in native mode is enough', (t) => {
  t.is(redirectWarnings(attached('native', 'generic'), LINKS, WITHOUT).length, 2);
});

const silent = test.macro({
  title: (_, when: string) => `no warning ${when}`,
  exec: (t, _when: string, ...args: Parameters<typeof redirectWarnings>) =>
    t.deepEqual(redirectWarnings(...args), []),
});
test(silent, 'about interfaces that accept redirected packets', attached('native', 'native'), LINKS, WITH);
test(silent, 'if the kernel does not report XDP features', attached('native', 'native'), LINKS, []);
test(silent, 'in generic mode', attached('generic', 'generic'), LINKS, WITHOUT);

test.serial('a family that the kernel lacks is undefined', async (t) => {
  const { router } = await routerAndHost(t);
  const network = await RemoteNetwork.open(t, router);
  t.is(await network.ask('findFamily', 'nlctrl'), 16);
  t.is(await network.ask('findFamily', 'xtrt'), undefined);
});

test.serial('a veth has ndo_xdp_xmit if and only if its peer has GRO', async (t) => {
  const { router, host } = await routerAndHost(t);
  const network = await RemoteNetwork.open(t, router);
  const links = await network.call('links');
  const ifindex = links.find(({ name }) => name === 'eid0')?.ifindex ?? 0;
  const warnings = async () =>
    redirectWarnings(
      [{ name: 'eid0', ifindex, mode: 'native' }],
      links,
      await network.call('xdpFeatures', [ifindex]),
    );
  for (const [gro, count] of [['off', 1] as const, ['on', 0] as const, ['off', 1] as const]) {
    await host.exec('ethtool', '-K', 'eth0', 'gro', gro);
    t.is((await warnings()).length, count, `gro ${gro}`);
  }
});

test.serial('an interface that is gone has no XDP features', async (t) => {
  const { router } = await routerAndHost(t);
  const network = await RemoteNetwork.open(t, router);
  const [lo, ...others] = await network.call('xdpFeatures', [1, 12_345]);
  t.deepEqual([lo, ...others], [{ ifindex: 1, bits: 0n }]);
});

test('generic XDP on a virtio NIC with guest offloads is reported, with a fix', (t) => {
  const [warning, ...more] = checksumWarnings(attached('native', 'generic'), () => true);
  t.regex(warning ?? '', /^eth1: generic XDP .* without a checksum.*guest_csum=off.*ethtool -K DEV tx off$/);
  t.deepEqual(more, []);
  t.deepEqual(
    checksumWarnings(attached('native', 'generic'), () => false),
    [],
  );
});

test('the features of a virtio device are read in the format of sysfs', (t) => {
  const features = '0100010000000000000000000000000010000000000000000000000000000000\n';
  t.true(hasFeature(features, 1));
  t.false(hasFeature(features, 0));
  for (const other of ['', '0x1023\n', '01 00']) t.false(hasFeature(other, 1), other);
  t.false(takesUnfinishedChecksums('lo'), 'no device');
});

test('an interface without native XDP takes nothing from that of others', (t) => {
  const interfaces = [
    { name: 'eth0', ifindex: 1 },
    { name: 'eth1', ifindex: 2 },
  ];
  const deaf = (kind: string | undefined, bits?: bigint) =>
    deafInterface(
      interfaces,
      [
        { ifindex: 1, kind: 'veth' },
        { ifindex: 2, kind },
      ],
      bits === undefined
        ? []
        : [
            { ifindex: 1, bits: 0x23n },
            { ifindex: 2, bits },
          ],
    );
  t.deepEqual(deaf('bridge'), { name: 'eth1', kind: 'bridge' });
  t.deepEqual(deaf('macvlan', 0n), { name: 'eth1', kind: 'macvlan' });
  t.deepEqual(deaf(undefined, 0n), { name: 'eth1', kind: 'hardware' });
  t.is(deaf(undefined, 0x23n), undefined); // virtio-net without a program
  t.is(deaf(undefined), undefined);
});
