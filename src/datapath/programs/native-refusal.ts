// SPDX-License-Identifier: Apache-2.0
// Why a driver refuses native XDP is in the kernel's log at best: the call gives an error number. What is known of
// drivers says which command mends it.
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** What there is to know of an interface that refuses. */
export interface Refusal {
  readonly name: string;
  /** Of the error. */
  readonly code: string;
  /** Undefined: it has none, as a tunnel or the loopback. */
  readonly driver: string | undefined;
  readonly mtu: number;
}

/** A page of 4096 bytes, less headroom and what the kernel keeps at its end: where the driver takes no frames of several buffers. */
const VIRTIO_NET_MTU = 3506;

/**
 * The guest may not switch off what the host leaves undone in packets that it hands over, so XDP would see unfinished
 * checksums and merged segments.
 */
const VIRTIO_NET_OFFLOADS =
  'its host does not let it switch off guest offloads; on the host, for qemu: ' +
  '-device virtio-net-pci,...,guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off';

/** What to do, with the command; empty where nothing is known. */
export function adviceForRefusal({ name, code, driver, mtu }: Refusal): string {
  if (driver !== 'virtio_net') return '';
  if (code === 'EOPNOTSUPP') return VIRTIO_NET_OFFLOADS;
  if (code === 'EINVAL' && mtu > VIRTIO_NET_MTU)
    return `its MTU of ${mtu} is more than a page holds: ip link set dev ${name} mtu ${VIRTIO_NET_MTU}`;
  return '';
}

/** An interface whose namespace is not that of /sys is one without a driver. */
export function refusalOf(name: string, code: string): Refusal {
  const directory = `/sys/class/net/${name}`;
  try {
    const driver = basename(readlinkSync(`${directory}/device/driver`));
    return { name, code, driver, mtu: Number(readFileSync(`${directory}/mtu`, 'utf8')) };
  } catch {
    return { name, code, driver: undefined, mtu: 0 };
  }
}
