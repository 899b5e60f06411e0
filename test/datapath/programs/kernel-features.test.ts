// SPDX-License-Identifier: Apache-2.0
// Messages about kernels that are too old. scripts/kernels shows that such a kernel is refused.
import { release } from 'node:os';
import test from 'ava';
import { ageNote, missingFeatures } from '#datapath/programs/kernel-features.js';

test('the missing features of a kernel are named, each with the first Linux version that has it', (t) => {
  t.deepEqual(missingFeatures('5.10.0-32-amd64'), [
    'atomic operations in BPF programs (Linux 5.12)',
    'test runs of XDP programs with a context, by which held packets are sent on (Linux 5.15)',
  ]);
  t.is(missingFeatures('5.14.0-1-amd64').length, 1);
});

for (const text of ['5.15.0-1-amd64', '6.1.0-50-amd64', '7.3.4+deb13-amd64'])
  test(`${text} is new enough`, (t) => {
    t.deepEqual(missingFeatures(text), []);
    t.is(ageNote(text), '');
  });

test('the kernel that tests run on lacks nothing', (t) => {
  t.deepEqual(missingFeatures(release()), []);
});
