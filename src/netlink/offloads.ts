// SPDX-License-Identifier: Apache-2.0
import type { Link } from './rtnetlink/link.js';

/**
 * What the other end of a link must not offload. A packet that a veth peer leaves for the hardware to finish has no
 * checksum yet (CHECKSUM_PARTIAL) and may be a 64 KiB TSO segment: XDP redirects the frame as it is, and the receiver
 * drops it. The peer is in another namespace, so it can be neither seen nor set from here. Drivers of real NICs, and
 * virtio_net, turn LRO and guest offloads off themselves when an XDP program is attached, or refuse it.
 */
export function offloadNotes(links: readonly Link[], interfaces: readonly string[]): string[] {
  return links
    .filter(({ name, kind }) => kind === 'veth' && interfaces.includes(name))
    .map(({ name }) => `${name} is a veth: on its peer, once: ethtool -K PEER tx off`);
}
