// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

/** Bit of VIRTIO_NET_F_GUEST_CSUM (virtio 1.2, section 5.1.3): the driver accepts packets with a partial checksum. */
const GUEST_CSUM = 1;

/** Whether the interface is a virtio NIC that accepts partial checksums from its host, according to sysfs. */
export function takesUnfinishedChecksums(name: string): boolean {
  return hasFeature(read(`/sys/class/net/${name}/device/features`), GUEST_CSUM);
}

/** @param features the negotiated features as in sysfs: one digit for each bit, bit 0 first */
export function hasFeature(features: string, bit: number): boolean {
  return /^[01]+\s*$/.test(features) && features[bit] === '1';
}

/** Empty if the device has no such file. Other devices may have one with another format. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
