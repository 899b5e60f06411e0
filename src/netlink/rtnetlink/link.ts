// SPDX-License-Identifier: Apache-2.0
// struct ifinfomsg (linux/rtnetlink.h) and its attributes (linux/if_link.h).
import { headerView, LITTLE_ENDIAN, parseAttributes, stringAttribute, u32Attribute } from './attributes.js';
import {
  AF_UNSPEC,
  IFF_UP,
  IFLA_ADDRESS,
  IFLA_IFNAME,
  IFLA_INFO_KIND,
  IFLA_LINKINFO,
  IFLA_MTU,
} from './constants.js';

const IFINFOMSG_BYTES = 16;

/** A network interface. */
export interface Link {
  readonly name: string;
  readonly ifindex: number;
  /** Six bytes for Ethernet; empty where the device has no link-layer address. */
  readonly mac: Uint8Array;
  readonly mtu: number;
  /** Administratively up. */
  readonly up: boolean;
  /** 'veth', 'vlan', 'bridge' ...; undefined for hardware. */
  readonly kind: string | undefined;
}

/**
 * Decodes RTM_NEWLINK or RTM_DELLINK. Undefined if the message is not about the interface itself: a port that leaves a
 * bridge is announced as RTM_DELLINK of family AF_BRIDGE. @throws RtnetlinkFormatError
 */
export function decodeLink(bytes: Uint8Array): Link | undefined {
  const view = headerView('ifinfomsg', bytes, IFINFOMSG_BYTES);
  if (view.getUint8(0) !== AF_UNSPEC) return undefined;
  const attributes = parseAttributes(bytes, IFINFOMSG_BYTES);
  const info = attributes.get(IFLA_LINKINFO);
  return {
    name: stringAttribute(attributes, IFLA_IFNAME) ?? '',
    ifindex: view.getInt32(4, LITTLE_ENDIAN),
    mac: new Uint8Array(attributes.get(IFLA_ADDRESS) ?? []),
    mtu: u32Attribute(attributes, IFLA_MTU) ?? 0,
    up: (view.getUint32(8, LITTLE_ENDIAN) & IFF_UP) !== 0,
    kind: info && stringAttribute(parseAttributes(info), IFLA_INFO_KIND),
  };
}

/** Payload of an RTM_GETLINK for all interfaces. */
export function encodeLinkDump(): Uint8Array {
  return new Uint8Array(IFINFOMSG_BYTES);
}
