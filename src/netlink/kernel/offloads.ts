// SPDX-License-Identifier: Apache-2.0
// What the other end of a link must do, and must not do, for XDP. It is mostly in another namespace, and cannot be set
// from here.
import type { DataPathStatus } from '#core/ports.js';
import { NETDEV_XDP_ACT_NDO_XMIT } from '#netlink/genetlink/constants.js';
import type { XdpFeatures } from '#netlink/genetlink/device.js';
import type { Link } from '#netlink/rtnetlink/link.js';

/**
 * A packet that a veth peer leaves for the hardware to finish has no checksum yet (CHECKSUM_PARTIAL) and may be a 64 KiB
 * TSO segment: XDP redirects the frame as it is, and the receiver drops it. Whether the peer does so cannot be seen from
 * here. Drivers of real NICs, and virtio_net, turn LRO and guest offloads off themselves when a native XDP program is
 * attached, or refuse it.
 */
export function offloadNotes(links: readonly Link[], interfaces: readonly string[]): string[] {
  return links
    .filter(({ name, kind }) => kind === 'veth' && interfaces.includes(name))
    .map(({ name }) => `${name} is a veth: run once on its peer: ethtool -K PEER tx off`);
}

/**
 * Interfaces that lose every packet which native XDP redirects to them: bpf_redirect_map succeeds, and the frame is
 * dropped afterwards (EOPNOTSUPP, seen by the tracepoint xdp:xdp_redirect_err only). Drivers of NICs say what they can
 * once they have a program, so this is to be asked after attaching. Generic XDP sends as the kernel does, to any device,
 * but it is the mode of the interface where a packet comes in that counts.
 */
export function redirectWarnings(
  attached: readonly Pick<DataPathStatus['interfaces'][number], 'name' | 'ifindex' | 'mode'>[],
  links: readonly Pick<Link, 'ifindex' | 'kind'>[],
  features: readonly XdpFeatures[],
): string[] {
  if (attached.every(({ mode }) => mode === 'generic')) return [];
  const deaf = features.filter(({ bits }) => (bits & NETDEV_XDP_ACT_NDO_XMIT) === 0n);
  return attached
    .filter(({ ifindex }) => deaf.some((each) => each.ifindex === ifindex))
    .map(({ name, ifindex }) => {
      const kind = links.find((link) => link.ifindex === ifindex)?.kind;
      return `${name} loses packets that native XDP redirects to it: ${kind === 'veth' ? VETH : OTHER}`;
    });
}

/**
 * Interfaces on which packets of other machines of the same host may come without a checksum, and leave so: generic XDP,
 * unlike native, leaves the guest offloads of virtio on, and what it redirects passes by the code that would finish them.
 * @param takesUnfinished by name, see takesUnfinishedChecksums
 */
export function checksumWarnings(
  attached: readonly Pick<DataPathStatus['interfaces'][number], 'name' | 'mode'>[],
  takesUnfinished: (name: string) => boolean,
): string[] {
  return attached
    .filter(({ name, mode }) => mode === 'generic' && takesUnfinished(name))
    .map(({ name }) => `${name}: ${UNFINISHED}`);
}

const UNFINISHED =
  'generic XDP redirects packets of machines on the same host without a checksum, and their receivers drop them: ' +
  'use native XDP, or give the NIC guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off ' +
  '(qemu), or run on those machines: ethtool -K DEV tx off';

/** A veth has ndo_xdp_xmit while its peer has GRO or an XDP program; changed while an end is down, it is not noticed. */
const VETH = 'run on its veth peer, while both ends are up: ethtool -K PEER gro on';
const OTHER =
  'its driver has no ndo_xdp_xmit (NETDEV_XDP_ACT_NDO_XMIT); set data-path: {xdp-mode: generic}, which is slower ' +
  '(generic mode on this interface alone does not help)';
