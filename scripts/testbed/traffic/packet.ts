// SPDX-License-Identifier: Apache-2.0
// Payload: magic, sequence number (both 32 bits), send time (64 bits, CLOCK_MONOTONIC ns), padding.

const MAGIC = 0x7874_7264;
export const PAYLOAD_BYTES = 100;
export const PORT = 7_000;

export function encodePacket(sequence: number, sent_ns: bigint): Buffer {
  const payload = Buffer.alloc(PAYLOAD_BYTES);
  payload.writeUInt32BE(MAGIC, 0);
  payload.writeUInt32BE(sequence, 4);
  payload.writeBigUInt64BE(sent_ns, 8);
  return payload;
}

/** Undefined for what is no packet of ours. */
export function decodePacket(payload: Buffer): { sequence: number; sent_ns: bigint } | undefined {
  if (payload.length !== PAYLOAD_BYTES || payload.readUInt32BE(0) !== MAGIC) return undefined;
  return { sequence: payload.readUInt32BE(4), sent_ns: payload.readBigUInt64BE(8) };
}
