// SPDX-License-Identifier: Apache-2.0
import { xtr_constants, xtr_locator_set, xtr_member } from '#datapath/generated/layout.js';
import type { MAX_LOCATORS } from '#wire/eid-record.js';
import { StructBytes } from '#datapath/struct-bytes.js';
import type { Codec } from './codec.js';

/** struct xtr_member: one locator of a locator-set. */
export interface MemberRecord {
  /** Index into xtr_locators. */
  readonly locator: number;
  readonly priority: number;
  readonly weight: number;
  readonly up: boolean;
}

/** struct xtr_locator_set. */
export interface LocatorSetRecord {
  /** XTR_BUCKETS indexes into xtr_locators; all undefined when no locator is usable. */
  readonly buckets: readonly (number | undefined)[];
  readonly statusBits: number;
  /** At most XTR_LOCATORS_MAX: what a record of the control plane may have. */
  readonly members: readonly MemberRecord[];
}

const { XTR_BUCKETS, XTR_LOCATORS_MAX, XTR_NONE } = xtr_constants;
/** A record has at most as many locators as a locator-set has room for: else this does not compile. */
XTR_LOCATORS_MAX satisfies typeof MAX_LOCATORS;
const { bytes: size, offset } = xtr_locator_set;

export const locatorSetCodec: Codec<LocatorSetRecord> = {
  encode(set) {
    const struct = new StructBytes(size);
    set.buckets.forEach((locator, i) => struct.setU32(offset.bucket + 4 * i, locator ?? XTR_NONE));
    struct.setU32(offset.status_bits, set.statusBits);
    struct.setU32(offset.member_count, set.members.length);
    set.members.forEach((member, i) => {
      const at = offset.member + xtr_member.bytes * i;
      struct.setU32(at + xtr_member.offset.locator, member.locator);
      struct.setU8(at + xtr_member.offset.priority, member.priority);
      struct.setU8(at + xtr_member.offset.weight, member.weight);
      struct.setU8(at + xtr_member.offset.up, member.up ? 1 : 0);
    });
    return struct.bytes;
  },
  decode(bytes) {
    const struct = new StructBytes(bytes);
    const count = struct.u32(offset.member_count);
    if (count > XTR_LOCATORS_MAX) return undefined;
    const bucket = (i: number): number | undefined => {
      const locator = struct.u32(offset.bucket + 4 * i);
      return locator === XTR_NONE ? undefined : locator;
    };
    const member = (i: number): MemberRecord => {
      const at = offset.member + xtr_member.bytes * i;
      return {
        locator: struct.u32(at + xtr_member.offset.locator),
        priority: struct.u8(at + xtr_member.offset.priority),
        weight: struct.u8(at + xtr_member.offset.weight),
        up: struct.u8(at + xtr_member.offset.up) !== 0,
      };
    };
    return {
      buckets: Array.from({ length: XTR_BUCKETS }, (_, i) => bucket(i)),
      statusBits: struct.u32(offset.status_bits),
      members: Array.from({ length: count }, (_, i) => member(i)),
    };
  },
};
