// SPDX-License-Identifier: Apache-2.0
import { xtr_constants, xtr_eid_flag, xtr_eid_kind, xtr_local_eid } from '#datapath/generated/layout.js';
import { StructBytes } from '#datapath/struct-bytes.js';
import type { Codec } from './codec.js';

/** struct xtr_local_eid. */
export interface LocalEidRecord {
  readonly kind: 'local' | 'dynamic' | 'away';
  readonly ifindex: number | undefined;
  /** Set only in an away entry whose new locators are known. */
  readonly locatorSet: number | undefined;
  /** Whether this is a dynamic EID that was detected. */
  readonly learnt: boolean;
  /** Locator status bits sent with packets from this EID; undefined: none are sent. */
  readonly statusBits: number | undefined;
}

const { XTR_EID_FLAG_LEARNT, XTR_EID_FLAG_STATUS_BITS } = xtr_eid_flag;
const KINDS = {
  local: xtr_eid_kind.XTR_EID_LOCAL,
  dynamic: xtr_eid_kind.XTR_EID_DYNAMIC,
  away: xtr_eid_kind.XTR_EID_AWAY,
} as const satisfies Record<LocalEidRecord['kind'], number>;
const KIND_NAMES = new Map<number, LocalEidRecord['kind']>(
  (Object.entries(KINDS) as [LocalEidRecord['kind'], number][]).map(([name, value]) => [value, name]),
);
const { bytes: size, offset } = xtr_local_eid;

export const localEidCodec: Codec<LocalEidRecord> = {
  encode(eid) {
    const struct = new StructBytes(size);
    struct.setU32(offset.kind, KINDS[eid.kind]);
    struct.setU32(offset.ifindex, eid.ifindex ?? 0);
    struct.setU32(offset.locator_set, eid.locatorSet ?? xtr_constants.XTR_NONE);
    struct.setU32(
      offset.flags,
      (eid.learnt ? XTR_EID_FLAG_LEARNT : 0) | (eid.statusBits === undefined ? 0 : XTR_EID_FLAG_STATUS_BITS),
    );
    struct.setU32(offset.status_bits, eid.statusBits ?? 0);
    return struct.bytes;
  },
  decode(bytes) {
    const struct = new StructBytes(bytes);
    const kind = KIND_NAMES.get(struct.u32(offset.kind));
    const set = struct.u32(offset.locator_set);
    const flags = struct.u32(offset.flags);
    if (kind === undefined || (kind !== 'away' && set !== xtr_constants.XTR_NONE)) return undefined;
    return {
      kind,
      ifindex: struct.u32(offset.ifindex) || undefined,
      locatorSet: set === xtr_constants.XTR_NONE ? undefined : set,
      learnt: (flags & XTR_EID_FLAG_LEARNT) !== 0,
      statusBits: flags & XTR_EID_FLAG_STATUS_BITS ? struct.u32(offset.status_bits) : undefined,
    };
  },
};
