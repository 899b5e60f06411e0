// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { formatMac, vethLine } from '#scripts/kit/netns.js';

test('a veth pair: each end in its namespace, with index and MAC only where they are given', (t) => {
  const mac = Uint8Array.of(2, 0xbe, 0, 0, 1, 0xff);
  t.is(
    vethLine({ namespace: 'a', name: 'eid0' }, { namespace: 'b', name: 'eth0', ifindex: 101, mac }),
    'link add name eid0 netns a type veth peer name eth0 netns b index 101 address 02:be:00:00:01:ff',
  );
  t.is(formatMac(mac), '02:be:00:00:01:ff');
});
