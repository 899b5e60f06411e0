// SPDX-License-Identifier: Apache-2.0
// struct genlmsghdr (linux/genetlink.h): command, version, two reserved bytes; attributes follow.
import {
  type Attributes,
  concatBytes,
  encodeAttributes,
  headerView,
  parseAttributes,
} from '#netlink/rtnetlink/attributes.js';

const GENL_HDRLEN = 4;
/** Version of all families used here. */
const VERSION = 1;

export function encodeGenericMessage(
  command: number,
  attributes: readonly (readonly [type: number, value: Uint8Array])[],
): Uint8Array {
  return concatBytes(Uint8Array.of(command, VERSION, 0, 0), encodeAttributes(attributes));
}

/** @throws RtnetlinkFormatError */
export function parseGenericMessage(bytes: Uint8Array): Attributes {
  headerView('genlmsghdr', bytes, GENL_HDRLEN);
  return parseAttributes(bytes, GENL_HDRLEN);
}
