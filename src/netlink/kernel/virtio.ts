// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

/** Bit of VIRTIO_NET_F_GUEST_CSUM (virtio 1.2, section 5.1.3): the driver takes packets without a finished checksum. */
const GUEST_CSUM = 1;

/** Whether the interface is a virtio NIC whose host need not finish checksums, by sysfs. */
export function takesUnfinishedChecksums(name: string): boolean {
  return hasFeature(read(`/sys/class/net/${name}/device/features`), GUEST_CSUM);
}

/** @param features as sysfs writes those that were negotiated: a digit for each, the first bit first */
export function hasFeature(features: string, bit: number): boolean {
  return /^[01]+\s*$/.test(features) && features[bit] === '1';
}

/** Other devices have no such file, or one of another kind. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
