// SPDX-License-Identifier: Apache-2.0
import {
  ADDRESS_BITS,
  type Address,
  addressFromBytes,
  type EidPrefix,
  maskedPrefix,
  MAX_INSTANCE_ID,
} from '#addr/index.js';
import { xtr_eid_v4, xtr_eid_v6 } from '#datapath/generated/layout.js';
import { StructBytes } from '#datapath/struct-bytes.js';
import type { Codec } from './codec.js';

const LAYOUTS = { 4: xtr_eid_v4, 6: xtr_eid_v6 } as const;

/** The instance ID comes first in the matched bits, always complete. */
const INSTANCE_BITS = 32;

/** struct xtr_eid_v4 or xtr_eid_v6, the LPM keys. */
export function eidKeyCodec(family: Address['family']): Codec<EidPrefix> {
  const { bytes: size, offset } = LAYOUTS[family];
  const key = new StructBytes(size); // reused for each prefix: creating a DataView costs more than filling it
  return {
    encode({ instanceId, prefix }) {
      key.setU32(offset.prefix_len, INSTANCE_BITS + prefix.length);
      key.setBe32(offset.instance_id, instanceId);
      const { bits } = prefix.address;
      if (family === 4) key.setBe32(offset.address, Number(bits));
      else {
        key.setBe64(offset.address, bits >> 64n);
        key.setBe64(offset.address + 8, bits);
      }
      return key.copy();
    },
    decode(bytes) {
      const given = new StructBytes(bytes);
      const instanceId = given.be32(offset.instance_id);
      const length = given.u32(offset.prefix_len) - INSTANCE_BITS;
      if (instanceId > MAX_INSTANCE_ID || length < 0 || length > ADDRESS_BITS[family]) return undefined;
      const address = addressFromBytes(given.slice(offset.address, ADDRESS_BITS[family] / 8));
      return { instanceId, prefix: maskedPrefix(address, length) };
    },
  };
}
