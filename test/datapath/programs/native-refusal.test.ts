// SPDX-License-Identifier: Apache-2.0
// Advice for drivers that refuse native XDP. test/vm shows it with virtio_net in virtual machines.
import test from 'ava';
import { adviceForRefusal, refusalOf } from '#datapath/programs/native-refusal.js';

const VIRTIO = { name: 'eth0', driver: 'virtio_net', mtu: 1500 } as const;

test('virtio_net whose host forbids switching off guest offloads: options of qemu', (t) => {
  t.regex(adviceForRefusal({ ...VIRTIO, code: 'EOPNOTSUPP' }), /guest_csum=off,guest_tso4=off/);
});

test('virtio_net with frames larger than a page: the command for the MTU', (t) => {
  const advice = adviceForRefusal({ ...VIRTIO, code: 'EINVAL', mtu: 9000 });
  t.regex(advice, /: ip link set dev eth0 mtu 3494$/);
});

test('there is no advice for unknown cases', (t) => {
  t.is(adviceForRefusal({ ...VIRTIO, code: 'EINVAL' }), '');
  t.is(adviceForRefusal({ ...VIRTIO, driver: undefined, code: 'EOPNOTSUPP' }), '');
});

test('an interface without a device has no driver', (t) => {
  t.like(refusalOf('lo', 'EOPNOTSUPP'), { name: 'lo', code: 'EOPNOTSUPP', driver: undefined });
});
