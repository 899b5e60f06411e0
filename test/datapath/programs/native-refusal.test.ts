// SPDX-License-Identifier: Apache-2.0
// What is said of a driver that refuses native XDP. That virtio_net does so is seen in virtual machines: test/vm.
import test from 'ava';
import { adviceForRefusal, refusalOf } from '#datapath/programs/native-refusal.js';

const VIRTIO = { name: 'eth0', driver: 'virtio_net', mtu: 1500 } as const;

test('virtio_net whose host keeps guest offloads: what to give qemu', (t) => {
  t.regex(adviceForRefusal({ ...VIRTIO, code: 'EOPNOTSUPP' }), /guest_csum=off,guest_tso4=off/);
});

test('virtio_net with frames that a page does not hold: the command', (t) => {
  const advice = adviceForRefusal({ ...VIRTIO, code: 'EINVAL', mtu: 9000 });
  t.regex(advice, /: ip link set dev eth0 mtu 3506$/);
});

test('nothing is said of what is not known', (t) => {
  t.is(adviceForRefusal({ ...VIRTIO, code: 'EINVAL' }), '');
  t.is(adviceForRefusal({ ...VIRTIO, driver: undefined, code: 'EOPNOTSUPP' }), '');
});

test('an interface without a device has no driver', (t) => {
  t.like(refusalOf('lo', 'EOPNOTSUPP'), { name: 'lo', code: 'EOPNOTSUPP', driver: undefined });
});
