// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { formatAddress, parseAddress } from '#addr/index.js';
import { formatEid } from '#test/helpers/eid.js';
import { EidDetector } from '#netlink/hosts/eid-detector.js';
import type { Snapshot } from '#netlink/monitor/monitor-messages.js';
import type { LocalAddress } from '#netlink/rtnetlink/address.js';
import type { Neighbour } from '#netlink/rtnetlink/neighbour.js';

const STATES = {
  incomplete: 0x01,
  reachable: 0x02,
  stale: 0x04,
  delay: 0x08,
  probe: 0x10,
  failed: 0x20,
  noarp: 0x40,
  permanent: 0x80,
};
type State = keyof typeof STATES;

const EID_INTERFACE = { name: 'eid0', ifindex: 2, instanceId: 7 };

function neighbour(address: string, state: State, lladdr = '0200000000aa', ifindex = 2): Neighbour {
  return { ifindex, address: parseAddress(address), state: STATES[state], lladdr, protocol: 0 };
}

function local(text: string, ifindex = 2, usable = true): LocalAddress {
  const [address = '', length] = text.split('/');
  return { ifindex, address: parseAddress(address), prefixLength: Number(length), usable };
}

/** A detector, and its reports as text. */
function detector(interfaces = [EID_INTERFACE]) {
  const said: string[] = [];
  const gateways: string[][] = [];
  const eids = new EidDetector({
    sighted: ({ eid, ifindex, discovery }) => said.push(`${discovery} ${formatEid(eid)} on ${ifindex}`),
    lost: ({ eid }) => said.push(`lost ${formatEid(eid)}`),
    doubtful: (neighbours) => said.push(...neighbours.map(({ address }) => `ask ${formatAddress(address)}`)),
    gateways: (addresses) => gateways.push(addresses.map(({ eid }) => formatEid(eid))),
  });
  eids.watch(interfaces);
  return {
    eids,
    change: (each: Neighbour, removed = false) =>
      eids.change({ type: 'neighbour', neighbour: each, removed }),
    address: (each: LocalAddress, removed = false) =>
      eids.change({ type: 'address', address: each, removed }),
    snapshot: (part: Partial<Snapshot>) =>
      eids.snapshot({ links: [], addresses: [], neighbours: [], ...part }),
    gateways,
    /** Reports since the last call. */
    said: () => said.splice(0),
  };
}

const transition = test.macro({
  title: (_, from: State | 'none', to: State, sighted: boolean) =>
    `${from} to ${to} is ${sighted ? 'a' : 'not a'} sign of life`,
  exec(t, from: State | 'none', to: State, sighted: boolean) {
    const { change, said } = detector();
    if (from !== 'none') change(neighbour('1.1.1.1', from));
    said();
    change(neighbour('1.1.1.1', to));
    t.deepEqual(said(), sighted ? ['ARP/ND [7]1.1.1.1 on 2'] : []);
  },
});
test(transition, 'none', 'reachable', true);
test(transition, 'none', 'stale', true);
test(transition, 'none', 'permanent', true);
test(transition, 'none', 'incomplete', false);
test(transition, 'none', 'delay', false);
test(transition, 'none', 'failed', false);
test(transition, 'none', 'noarp', false);
test(transition, 'incomplete', 'reachable', true);
test(transition, 'incomplete', 'stale', true);
test(transition, 'failed', 'stale', true);
test(transition, 'failed', 'incomplete', false);
test(transition, 'probe', 'reachable', true);
test(transition, 'delay', 'reachable', true);
test(transition, 'reachable', 'stale', false);
test(transition, 'stale', 'stale', false);
test(transition, 'stale', 'delay', false);
test(transition, 'delay', 'probe', false);
test(transition, 'probe', 'failed', false);

test('a stale entry with another link-layer address is a sign of life', (t) => {
  const { change, said } = detector();
  change(neighbour('1.1.1.1', 'stale'));
  said();
  change(neighbour('1.1.1.1', 'stale', '0200000000bb'));
  t.deepEqual(said(), ['ARP/ND [7]1.1.1.1 on 2']);
});

test('an entry that was deleted and comes back stale is a sign of life', (t) => {
  const { change, said } = detector();
  change(neighbour('1.1.1.1', 'stale'));
  change(neighbour('1.1.1.1', 'stale'), true);
  said();
  change(neighbour('1.1.1.1', 'stale'));
  t.deepEqual(said(), ['ARP/ND [7]1.1.1.1 on 2']);
});

const neverAnEid = test.macro({
  title: (_, what: string) => `${what} is no EID`,
  exec(t, _what: string, each: Neighbour) {
    const { address, change, snapshot, said } = detector();
    address(local('1.1.1.254/24', 3));
    change(each);
    snapshot({ neighbours: [{ ...each, state: STATES.stale }], addresses: [local('1.1.1.254/24', 3)] });
    t.deepEqual(said(), []);
  },
});
test(neverAnEid, 'a link-local neighbour', neighbour('fe80::1', 'reachable'));
test(neverAnEid, 'an IPv4 link-local neighbour', neighbour('169.254.1.1', 'reachable'));
test(neverAnEid, 'a multicast entry', neighbour('ff02::1', 'permanent'));
test(neverAnEid, 'a broadcast entry', neighbour('255.255.255.255', 'permanent'));
test(neverAnEid, 'an address of this router', neighbour('1.1.1.254', 'reachable'));
test(neverAnEid, 'a neighbour on another interface', neighbour('1.1.1.1', 'reachable', '0200000000aa', 3));

test('neither a deleted nor a failed neighbour is a lost EID', (t) => {
  const { change, said } = detector();
  change(neighbour('1.1.1.1', 'reachable'));
  said();
  change(neighbour('1.1.1.1', 'failed'));
  change(neighbour('1.1.1.1', 'failed'), true);
  t.deepEqual(said(), []);
});

test('host addresses of an EID-facing interface are EIDs while they exist', (t) => {
  const { address, said } = detector();
  address(local('1.1.1.7/32'));
  address(local('2001:db8::7/128'));
  address(local('1.1.1.7/32')); // for example a change of its lifetime
  t.deepEqual(said(), ['Local Address [7]1.1.1.7 on 2', 'Local Address [7]2001:db8::7 on 2']);
  address(local('1.1.1.7/32'), true);
  address(local('1.1.1.7/32'), true);
  t.deepEqual(said(), ['lost [7]1.1.1.7']);
});

test('the address of a subnet is its gateway, not an EID', (t) => {
  const { address, said } = detector();
  address(local('1.1.1.254/24'));
  address(local('1.1.1.254/24'), true);
  t.deepEqual(said(), []);
});

test('an address is an EID when duplicate address detection has succeeded', (t) => {
  const { address, said } = detector();
  address(local('2001:db8::7/128', 2, false));
  t.deepEqual(said(), []);
  address(local('2001:db8::7/128'));
  t.deepEqual(said(), ['Local Address [7]2001:db8::7 on 2']);
  address(local('2001:db8::7/128', 2, false));
  t.deepEqual(said(), ['lost [7]2001:db8::7']);
});

test('host addresses of loopback count only where that is EID-facing', (t) => {
  const { eids, snapshot, said } = detector();
  snapshot({ addresses: [local('127.0.0.1/8', 1), local('::1/128', 1), local('2.2.2.2/32', 1)] });
  t.deepEqual(said(), []);
  eids.watch([EID_INTERFACE, { name: 'lo', ifindex: 1, instanceId: 0 }]);
  t.deepEqual(said(), ['Local Address 2.2.2.2 on 1']);
  eids.watch([EID_INTERFACE]);
  t.deepEqual(said(), ['lost 2.2.2.2']);
});

test('a snapshot reports differences, and requests probes of stale neighbours', (t) => {
  const { snapshot, said } = detector();
  snapshot({
    addresses: [local('1.1.1.7/32'), local('1.1.1.8/32')],
    neighbours: [
      neighbour('1.1.1.1', 'reachable'),
      neighbour('1.1.1.2', 'stale'),
      neighbour('1.1.1.3', 'failed'),
    ],
  });
  t.deepEqual(said(), [
    'Local Address [7]1.1.1.7 on 2',
    'Local Address [7]1.1.1.8 on 2',
    'ARP/ND [7]1.1.1.1 on 2',
    'ask 1.1.1.2',
  ]);
  snapshot({
    addresses: [local('1.1.1.8/32'), local('1.1.1.9/32')],
    neighbours: [neighbour('1.1.1.1', 'reachable'), neighbour('1.1.1.4', 'permanent')],
  });
  t.deepEqual(said(), ['lost [7]1.1.1.7', 'Local Address [7]1.1.1.9 on 2', 'ARP/ND [7]1.1.1.4 on 2']);
});

test('repeat reports all present EIDs to a new listener', (t) => {
  const { eids, snapshot, said } = detector();
  snapshot({
    addresses: [local('1.1.1.7/32')],
    neighbours: [neighbour('1.1.1.1', 'reachable'), neighbour('1.1.1.2', 'stale')],
  });
  said();
  eids.repeat();
  t.deepEqual(said(), ['Local Address [7]1.1.1.7 on 2', 'ARP/ND [7]1.1.1.1 on 2']);
});

test('if the table is full, a new neighbour is sighted only when it is confirmed', (t) => {
  const { eids, change, said } = detector();
  for (let i = 0; i < 65_536; i++) change(neighbour(`10.0.${i >> 8}.${i & 255}`, 'failed'));
  change(neighbour('1.1.1.1', 'stale'));
  t.deepEqual(said(), []);
  change(neighbour('1.1.1.1', 'reachable'));
  t.deepEqual(said(), ['ARP/ND [7]1.1.1.1 on 2']);
  t.is(eids.counts.neighboursFull, 2);
});

test('the gateway of a subnet is reported, with every change, and is not an EID', (t) => {
  const { address, gateways, said } = detector();
  address(local('1.1.1.254/24'));
  address(local('1.1.1.7/32'));
  address(local('2001:db8:1::254/64'));
  address(local('10.0.0.1/24', 3)); // not EID-facing
  address(local('fe80::1/64'));
  address(local('1.1.1.254/24'), true);
  t.deepEqual(gateways, [['[7]1.1.1.254'], ['[7]1.1.1.254', '[7]2001:db8:1::254'], ['[7]2001:db8:1::254']]);
  t.deepEqual(said(), ['Local Address [7]1.1.1.7 on 2']);
});

test('a local EID of an interface that is no longer watched is lost, in its instance', (t) => {
  const { eids, address, said } = detector();
  address(local('1.1.1.7/32'));
  said();
  eids.watch([]);
  t.deepEqual(said(), ['lost [7]1.1.1.7']);
});
