// SPDX-License-Identifier: Apache-2.0
// Settings of link peers that XDP depends on. The peer is mostly in another namespace, so the agent cannot change it.
import type { DataPathStatus } from '#core/ports.js';
import { NETDEV_XDP_ACT_BASIC, NETDEV_XDP_ACT_NDO_XMIT } from '#netlink/genetlink/constants.js';
import type { XdpFeatures } from '#netlink/genetlink/device.js';
import type { Link } from '#netlink/rtnetlink/link.js';

/**
 * With tx offloads, a veth peer sends packets without a checksum (CHECKSUM_PARTIAL), and TSO segments of up to 64 KiB.
 * XDP redirects them unchanged, and the receiver drops them. The settings of the peer are not visible here. Drivers of
 * real NICs and virtio_net switch off LRO and guest offloads when a native XDP program is attached, or refuse to attach
 * it.
 */
export function offloadNotes(links: readonly Link[], interfaces: readonly string[]): string[] {
  return links
    .filter(({ name, kind }) => kind === 'veth' && interfaces.includes(name))
    .map(({ name }) => `${name} is a veth: run once on its peer: ethtool -K PEER tx off`);
}

/**
 * Warnings for interfaces that lose all packets which native XDP redirects to them: bpf_redirect_map succeeds, but the
 * frame is dropped later (EOPNOTSUPP, visible only in the tracepoint xdp:xdp_redirect_err). NIC drivers report this
 * feature only when they have a program, so it must be read after attaching. Generic XDP can redirect to any device.
 * The mode of the ingress interface decides.
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

/** Devices without native XDP, for kernels before 6.3, which do not say. */
const DEAF_KINDS = new Set(['bridge', 'dummy', 'ipvlan', 'macvlan', 'macvtap', 'vlan']);

/**
 * An interface without native XDP. It loses all packets that native XDP redirects to it, so that the others have to have
 * generic XDP, too. Undefined: there is none. Whether a driver with native XDP takes redirected packets is known only
 * later: virtio-net and others say so when they have a program, a veth when its peer is ready.
 */
export function deafInterface(
  interfaces: readonly { readonly name: string; readonly ifindex: number }[],
  links: readonly Pick<Link, 'ifindex' | 'kind'>[],
  features: readonly XdpFeatures[],
): { readonly name: string; readonly kind: string } | undefined {
  for (const { name, ifindex } of interfaces) {
    const kind = links.find((link) => link.ifindex === ifindex)?.kind ?? 'hardware';
    const bits = features.find((each) => each.ifindex === ifindex)?.bits;
    const isDeaf = bits === undefined ? DEAF_KINDS.has(kind) : (bits & NETDEV_XDP_ACT_BASIC) === 0n;
    if (isDeaf) return { name, kind };
  }
  return undefined;
}

/**
 * Warnings for interfaces that may receive packets without a checksum from machines on the same host. Generic XDP,
 * unlike native, leaves the guest offloads of virtio on, and redirects such packets without completing the checksum.
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

/** A veth has ndo_xdp_xmit if its peer has GRO or an XDP program. A change while one end is down has no effect. */
const VETH = 'run on its veth peer, while both ends are up: ethtool -K PEER gro on';
const OTHER =
  'its driver has no ndo_xdp_xmit (NETDEV_XDP_ACT_NDO_XMIT); set data-path: {xdp-mode: generic}, which is slower ' +
  '(generic mode on this interface alone does not help)';
