// SPDX-License-Identifier: Apache-2.0
import { sign } from './authentication.js';
import { readEncapsulatedControl, writeEncapsulatedControl } from './encapsulated-control.js';
import { readMapNotify, writeMapNotify } from './map-notify.js';
import { readMapRegister, writeMapRegister } from './map-register.js';
import { readMapReply, writeMapReply } from './map-reply.js';
import { readMapRequest, writeMapRequest } from './map-request.js';
import type { ControlMessage } from './messages.js';
import { Reader } from './reader.js';
import { WireError } from './wire-error.js';
import { Writer } from './writer.js';

export { ALGORITHM_ID, verifyAuthentication } from './authentication.js';
export * from './messages.js';
export { WireError } from './wire-error.js';

/** LISP Packet Types (RFC 9301 section 5.1): the first 4 bits of a message. */
const MESSAGE_TYPE = {
  'map-request': 1,
  'map-reply': 2,
  'map-register': 3,
  'map-notify': 4,
  'map-notify-ack': 5,
  'encapsulated-control': 8,
} as const;

type Decoder = (bytes: Uint8Array) => ControlMessage;

const DECODERS: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [MESSAGE_TYPE['map-request'], (bytes) => readMapRequest(new Reader('Map-Request', bytes))],
  [MESSAGE_TYPE['map-reply'], (bytes) => readMapReply(new Reader('Map-Reply', bytes))],
  [MESSAGE_TYPE['map-register'], (bytes) => readMapRegister(new Reader('Map-Register', bytes))],
  [MESSAGE_TYPE['map-notify'], (bytes) => readMapNotify(new Reader('Map-Notify', bytes), 'map-notify')],
  [
    MESSAGE_TYPE['map-notify-ack'],
    (bytes) => readMapNotify(new Reader('Map-Notify-Ack', bytes), 'map-notify-ack'),
  ],
  [
    MESSAGE_TYPE['encapsulated-control'],
    (bytes) => readEncapsulatedControl(new Reader('Encapsulated Control Message', bytes)),
  ],
]);

/**
 * Decodes the payload of one UDP datagram. R and Reserved bits are ignored; the message does not refer to `bytes`.
 * @throws WireError, and nothing else, whatever the bytes are
 */
export function decodeMessage(bytes: Uint8Array): ControlMessage {
  const [first] = bytes;
  if (first === undefined) throw new WireError('message', 'type', 0, 'an empty datagram');
  const decode = DECODERS.get(first >> 4);
  if (decode === undefined) throw new WireError('message', 'type', 0, `type ${first >> 4} is not supported`);
  return decode(bytes);
}

/**
 * The payload of one UDP datagram. Records and locators are written in their order. R and Reserved bits are
 * zero, and so is the p-bit of locators in Map-Request and Map-Register.
 * @param key signs Map-Register, Map-Notify and Map-Notify-Ack by their `authentication.algorithmId`; without it
 *   `authentication.data` is written as it is
 * @throws TypeError if the message cannot be written: a number wider than its field, no or more than 32 ITR-RLOCs, no
 *   or more than 255 records, more than 32 locators, inner addresses of different families, more than 65507 bytes, or
 *   a key with an algorithm other than 1 and 2
 */
export function encodeMessage(message: ControlMessage, key?: Uint8Array): Uint8Array {
  const writer = new Writer();
  write(writer, message, key !== undefined);
  const bytes = writer.finish();
  if (key !== undefined && 'authentication' in message) sign(bytes, message.authentication.algorithmId, key);
  return bytes;
}

function write(writer: Writer, message: ControlMessage, signed: boolean): void {
  switch (message.type) {
    case 'map-request':
      return writeMapRequest(writer, message, MESSAGE_TYPE[message.type]);
    case 'map-reply':
      return writeMapReply(writer, message, MESSAGE_TYPE[message.type]);
    case 'map-register':
      return writeMapRegister(writer, message, MESSAGE_TYPE[message.type], signed);
    case 'map-notify':
    case 'map-notify-ack':
      return writeMapNotify(writer, message, MESSAGE_TYPE[message.type], signed);
    case 'encapsulated-control':
      return writeEncapsulatedControl(writer, message, MESSAGE_TYPE[message.type]);
  }
}
