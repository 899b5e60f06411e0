// SPDX-License-Identifier: Apache-2.0
import { ADDRESS_BITS, type Address, addressBytes, addressFromBytes } from '#addr/index.js';
import { xtr_locator } from '#datapath/generated/layout.js';
import { StructBytes } from '#datapath/struct-bytes.js';
import type { Codec } from './codec.js';

/** struct xtr_locator: a tunnel from a local RLOC to a remote one of the same family. */
export interface LocatorRecord {
  readonly source: Address;
  readonly destination: Address;
  /** Of outer packets on the way, where it is known to be smaller than the link's. */
  readonly pathMtu_bytes?: number | undefined;
}

/**
 * The constant words of an outer IPv4 header (bpf/layout/state.h, struct xtr_locator): version 4 and header length 5,
 * ID 0, DF, protocol UDP. The programs add type of service, total length and TTL.
 */
const CONSTANT_WORDS = 0x4500 + 0x4000 + 17;

const { bytes: size, offset } = xtr_locator;

function headerSum({ source, destination }: LocatorRecord): number {
  const words = [source, destination].map(({ bits }) => Number(bits >> 16n) + Number(bits & 0xffffn));
  return words.reduce((sum, word) => sum + word, CONSTANT_WORDS);
}

export const locatorCodec: Codec<LocatorRecord> = {
  encode(locator) {
    const struct = new StructBytes(size);
    const { family } = locator.destination;
    struct.set(offset.source, addressBytes(locator.source));
    struct.set(offset.destination, addressBytes(locator.destination));
    struct.setU32(offset.family, family);
    struct.setU32(offset.header_sum, family === 4 ? headerSum(locator) : 0);
    struct.setU32(offset.path_mtu_bytes, locator.pathMtu_bytes ?? 0);
    return struct.bytes;
  },
  decode(bytes) {
    const struct = new StructBytes(bytes);
    const family = struct.u32(offset.family);
    if (family !== 4 && family !== 6) return undefined;
    const address = (at: number): Address => addressFromBytes(struct.slice(at, ADDRESS_BITS[family] / 8));
    const pathMtu_bytes = struct.u32(offset.path_mtu_bytes);
    return {
      source: address(offset.source),
      destination: address(offset.destination),
      ...(pathMtu_bytes > 0 && { pathMtu_bytes }),
    };
  },
};
