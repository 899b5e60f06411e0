// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { newestRelease, packagesOf } from '#scripts/vm/kernel/release.js';

const IMAGES = [
  'linux-image-6.1.0-47-amd64',
  'linux-image-6.1.0-50-amd64',
  'linux-image-6.1.0-50-cloud-amd64',
  'linux-image-6.1.0-50-amd64-unsigned',
  'linux-image-6.12.95+deb12-amd64',
  'linux-image-6.12.117+deb13-amd64',
  'linux-image-6.12.117+deb13-rt-amd64',
  'linux-image-7.3.4+deb13-amd64',
];

const newest = test.macro((t, version: string, release: string | undefined) => {
  t.is(newestRelease(version, IMAGES), release);
});

test('6.1 is not 6.12', newest, '6.1', '6.1.0-50-amd64');
test('numbers are compared as numbers', newest, '6.12', '6.12.117+deb13-amd64');
test('a full version is found exactly', newest, '6.12.95', '6.12.95+deb12-amd64');
test('a version that Debian lacks', newest, '6.13', undefined);

test('an image that is only a stub is replaced by its parts', (t) => {
  const release = '7.3.4+deb13-amd64';
  const parts = ['binary', 'modules', 'base'].map((part) => `linux-${part}-${release}`);
  t.deepEqual(packagesOf(release, [...IMAGES, ...parts]), parts);
  t.deepEqual(packagesOf(release, IMAGES), [`linux-image-${release}`]);
});
