// SPDX-License-Identifier: Apache-2.0
// Devices of the generic netlink family `netdev` (linux/netdev.h).
import { encodeU32, u32Attribute, u64Attribute } from '#netlink/rtnetlink/attributes.js';
import { NETDEV_A_DEV_IFINDEX, NETDEV_A_DEV_XDP_FEATURES, NETDEV_CMD_DEV_GET } from './constants.js';
import { encodeGenericMessage, parseGenericMessage } from './message.js';

/** XDP features of a device at the moment. */
export interface XdpFeatures {
  readonly ifindex: number;
  /** NETDEV_XDP_ACT_... */
  readonly bits: bigint;
}

/**
 * Payload of a request for one device. A dump does not work: its parts lack NLM_F_MULTI, so that the `netlink` package
 * returns only the first one.
 */
export function encodeDeviceRequest(ifindex: number): Uint8Array {
  return encodeGenericMessage(NETDEV_CMD_DEV_GET, [[NETDEV_A_DEV_IFINDEX, encodeU32(ifindex)]]);
}

/** Undefined if an attribute is missing. @throws RtnetlinkFormatError */
export function decodeXdpFeatures(bytes: Uint8Array): XdpFeatures | undefined {
  const attributes = parseGenericMessage(bytes);
  const ifindex = u32Attribute(attributes, NETDEV_A_DEV_IFINDEX);
  const bits = u64Attribute(attributes, NETDEV_A_DEV_XDP_FEATURES);
  return ifindex === undefined || bits === undefined ? undefined : { ifindex, bits };
}
