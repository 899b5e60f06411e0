// SPDX-License-Identifier: Apache-2.0
// The controller of generic netlink. It tells the message type of a family, which differs between kernels.
import { u16Attribute } from '#netlink/rtnetlink/attributes.js';
import { CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_CMD_GETFAMILY } from './constants.js';
import { encodeGenericMessage, parseGenericMessage } from './message.js';

/** Payload of a message to GENL_ID_CTRL. */
export function encodeFamilyRequest(name: string): Uint8Array {
  return encodeGenericMessage(CTRL_CMD_GETFAMILY, [[CTRL_ATTR_FAMILY_NAME, Buffer.from(`${name}\0`)]]);
}

/** The message type of the family. Undefined if the reply lacks it. @throws RtnetlinkFormatError */
export function decodeFamilyId(bytes: Uint8Array): number | undefined {
  return u16Attribute(parseGenericMessage(bytes), CTRL_ATTR_FAMILY_ID);
}
