// SPDX-License-Identifier: Apache-2.0
import {
  ADDRESS_BITS,
  type Address,
  addressBytes,
  addressFromBytes,
  type EidPrefix,
  maskedPrefix,
  MAX_INSTANCE_ID,
} from '../../addr/index.js';
import { xtr_eid_v4, xtr_eid_v6 } from '../generated/layout.js';
import { StructBytes } from '../struct-bytes.js';
import type { Codec } from './codec.js';

const LAYOUTS = { 4: xtr_eid_v4, 6: xtr_eid_v6 } as const;

/** The instance ID is the first part of what is matched, always in full. */
const INSTANCE_BITS = 32;

/** struct xtr_eid_v4 or xtr_eid_v6, the LPM keys. */
export function eidKeyCodec(family: Address['family']): Codec<EidPrefix> {
  const { bytes: size, offset } = LAYOUTS[family];
  return {
    encode({ instanceId, prefix }) {
      const key = new StructBytes(size);
      key.setU32(offset.prefix_len, INSTANCE_BITS + prefix.length);
      key.setBe32(offset.instance_id, instanceId);
      key.set(offset.address, addressBytes(prefix.address));
      return key.bytes;
    },
    decode(bytes) {
      const key = new StructBytes(bytes);
      const instanceId = key.be32(offset.instance_id);
      const length = key.u32(offset.prefix_len) - INSTANCE_BITS;
      if (instanceId > MAX_INSTANCE_ID || length < 0 || length > ADDRESS_BITS[family]) return undefined;
      const address = addressFromBytes(key.slice(offset.address, ADDRESS_BITS[family] / 8));
      return { instanceId, prefix: maskedPrefix(address, length) };
    },
  };
}
