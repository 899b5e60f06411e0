// SPDX-License-Identifier: Apache-2.0
// Advice for drivers that refuse native XDP. The system call returns only an error number; the reason is in the kernel
// log at best.
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** An interface whose driver refused native XDP. */
export interface Refusal {
  readonly name: string;
  /** Code of the error. */
  readonly code: string;
  /** Undefined if the interface has no driver, such as a tunnel or the loopback. */
  readonly driver: string | undefined;
  readonly mtu: number;
}

/**
 * Largest MTU at which a frame fits into one buffer: a page of 4096 bytes, less 256 bytes of headroom, 320 bytes of
 * struct skb_shared_info, 12 bytes of virtio-net header, and the Ethernet header. Linux 6.1 accepts native XDP up to
 * 4064, but drops larger frames than this one when it receives them.
 */
const VIRTIO_NET_MTU = 3494;

/**
 * XDP must not see partial checksums and merged segments, so the driver has to switch off guest offloads. The host may
 * forbid that.
 */
const VIRTIO_NET_OFFLOADS =
  'its host does not let it switch off guest offloads; on the host, for qemu: ' +
  '-device virtio-net-pci,...,guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off';

/** Advice with a command, or an empty string if none is known. */
export function adviceForRefusal({ name, code, driver, mtu }: Refusal): string {
  if (driver !== 'virtio_net') return '';
  if (code === 'EOPNOTSUPP') return VIRTIO_NET_OFFLOADS;
  if (code === 'EINVAL' && mtu > VIRTIO_NET_MTU)
    return `its MTU of ${mtu} is more than a page holds: ip link set dev ${name} mtu ${VIRTIO_NET_MTU}`;
  return '';
}

/** Reads the driver and MTU of an interface. It has no driver if it is in another namespace than /sys. */
export function refusalOf(name: string, code: string): Refusal {
  const directory = `/sys/class/net/${name}`;
  try {
    const driver = basename(readlinkSync(`${directory}/device/driver`));
    return { name, code, driver, mtu: Number(readFileSync(`${directory}/mtu`, 'utf8')) };
  } catch {
    return { name, code, driver: undefined, mtu: 0 };
  }
}
