// SPDX-License-Identifier: Apache-2.0
import { StructBytes } from '#datapath/struct-bytes.js';

/** Converts a map key or value to bytes and back. `decode` returns undefined for invalid bytes. */
export interface Codec<T> {
  readonly encode: (value: T) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => T | undefined;
}

/** A u32: an array index or an ifindex. */
export const u32Codec: Codec<number> = {
  encode(value) {
    const struct = new StructBytes(4);
    struct.setU32(0, value);
    return struct.bytes;
  },
  decode: (bytes) => new StructBytes(bytes).u32(0),
};
