// SPDX-License-Identifier: Apache-2.0
// struct ifaddrmsg and its attributes (linux/if_addr.h).
import type { Address } from '#addr/index.js';
import { addressAttribute, headerView, LITTLE_ENDIAN, parseAttributes, u32Attribute } from './attributes.js';
import {
  AF_INET,
  AF_INET6,
  IFA_ADDRESS,
  IFA_F_DADFAILED,
  IFA_F_OPTIMISTIC,
  IFA_F_TENTATIVE,
  IFA_FLAGS,
  IFA_LOCAL,
} from './constants.js';

const IFADDRMSG_BYTES = 8;

/** An address of an interface of this node. */
export interface LocalAddress {
  readonly ifindex: number;
  readonly address: Address;
  readonly prefixLength: number;
  /** False while duplicate address detection (RFC 4862 section 5.4) has not succeeded. */
  readonly usable: boolean;
}

/** Decodes RTM_NEWADDR or RTM_DELADDR; undefined for other families. @throws RtnetlinkFormatError */
export function decodeLocalAddress(bytes: Uint8Array): LocalAddress | undefined {
  const view = headerView('ifaddrmsg', bytes, IFADDRMSG_BYTES);
  const family = view.getUint8(0);
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  const attributes = parseAttributes(bytes, IFADDRMSG_BYTES);
  // On a point-to-point link IFA_ADDRESS is the peer. IFA_LOCAL, if present, is always the local address.
  const address =
    addressAttribute(attributes, IFA_LOCAL, family) ?? addressAttribute(attributes, IFA_ADDRESS, family);
  if (address === undefined) return undefined;
  const flags = u32Attribute(attributes, IFA_FLAGS) ?? view.getUint8(2);
  const tentative = (flags & IFA_F_TENTATIVE) !== 0 && (flags & IFA_F_OPTIMISTIC) === 0;
  return {
    ifindex: view.getUint32(4, LITTLE_ENDIAN),
    address,
    prefixLength: view.getUint8(1),
    usable: !tentative && (flags & IFA_F_DADFAILED) === 0,
  };
}

/** Payload of an RTM_GETADDR for all addresses. */
export function encodeLocalAddressDump(): Uint8Array {
  return new Uint8Array(IFADDRMSG_BYTES);
}
