// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { addressAfter, deviceLines, eidsOf, type Workload } from '#scripts/vm/pktgen/workload.js';

const WORKLOAD: Workload = {
  ...{ size_bytes: 60, flows: 8, eids: 300, rate_pps: 1_001, threads: 2, duration_s: 1, ipVersion: 4 },
};
const TARGET = { device: 'eth0', mac: '02:00:00:00:00:01', source: '10.1.1.1', firstEid: '10.2.128.1' };

test('addresses are counted across bytes and groups', (t) => {
  t.is(addressAfter('10.2.128.1', 299), '10.2.129.44');
  t.is(addressAfter('2001:db8::1:1', 254), '2001:db8::1:ff');
  t.throws(() => addressAfter('2001:db8::1:1', 70_000));
});

test('with IPv6 pktgen draws the bits in which the first EID and the last one differ', (t) => {
  const target = { ...TARGET, source: '2001:db8:1::1', firstEid: '2001:db8:2::1:0' };
  const lines = deviceLines({ ...WORKLOAD, eids: 256, ipVersion: 6 }, target);
  for (const line of ['dst6_min 2001:db8:2::1:0', 'dst6_max 2001:db8:2::1:ff'])
    t.true(lines.includes(line), line);
  t.is(eidsOf({ eids: 256 }, target).at(-1), '2001:db8:2::1:ff');
});

test('pktgen is told of flows, EIDs and each thread of its share of the rate', (t) => {
  const lines = deviceLines(WORKLOAD, TARGET);
  for (const line of ['dst_min 10.2.128.1', 'dst_max 10.2.129.44', 'udp_src_max 10008', 'ratep 501'])
    t.true(lines.includes(line), line);
});

test('without a rate it sends as fast as it goes', (t) => {
  const lines = deviceLines({ ...WORKLOAD, rate_pps: undefined }, TARGET);
  t.false(lines.some((line) => line.startsWith('rate')));
});
