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
  /** Whether the mapping lets packets use it. The state of its RLOC is in the status bits. */
  readonly usable: boolean;
}

/** struct xtr_locator_set. */
export interface LocatorSetRecord {
  /** XTR_BUCKETS indexes into xtr_locators, or XTR_NONE if no locator is usable. */
  readonly buckets: Uint32Array;
  /** Bit n: member n is usable, and its RLOC is up. */
  readonly statusBits: number;
  /** At most XTR_LOCATORS_MAX. */
  readonly members: readonly MemberRecord[];
}

const { XTR_BUCKETS, XTR_LOCATORS_MAX } = xtr_constants;
/** Compile-time check: a locator-set has room for all locators of a control-plane record. */
XTR_LOCATORS_MAX satisfies typeof MAX_LOCATORS;
const { bytes: size, offset } = xtr_locator_set;

/** Word offsets in a value: the first bucket, the status bits, the first member. */
export const BUCKET_WORD = offset.bucket / 4;
export const STATUS_BITS_WORD = offset.status_bits / 4;
export const MEMBER_WORD = offset.member / 4;

/** The words of a value in host byte order; buckets and status bits are 0. */
export function encodeMembers(members: readonly MemberRecord[]): Uint32Array {
  const struct = new StructBytes(size);
  struct.setU32(offset.member_count, members.length);
  members.forEach((member, i) => {
    const at = offset.member + xtr_member.bytes * i;
    struct.setU32(at + xtr_member.offset.locator, member.locator);
    struct.setU8(at + xtr_member.offset.priority, member.priority);
    struct.setU8(at + xtr_member.offset.weight, member.weight);
    struct.setU8(at + xtr_member.offset.usable, member.usable ? 1 : 0);
  });
  return new Uint32Array(struct.bytes.buffer);
}

export const locatorSetCodec: Codec<LocatorSetRecord> = {
  encode({ buckets, statusBits, members }) {
    const words = encodeMembers(members);
    words.set(buckets, BUCKET_WORD);
    words[STATUS_BITS_WORD] = statusBits;
    return new Uint8Array(words.buffer);
  },
  decode(bytes) {
    const struct = new StructBytes(bytes);
    const count = struct.u32(offset.member_count);
    if (count > XTR_LOCATORS_MAX) return undefined;
    const member = (i: number): MemberRecord => {
      const at = offset.member + xtr_member.bytes * i;
      return {
        locator: struct.u32(at + xtr_member.offset.locator),
        priority: struct.u8(at + xtr_member.offset.priority),
        weight: struct.u8(at + xtr_member.offset.weight),
        usable: struct.u8(at + xtr_member.offset.usable) !== 0,
      };
    };
    return {
      buckets: new Uint32Array(struct.slice(offset.bucket, 4 * XTR_BUCKETS).buffer),
      statusBits: struct.u32(offset.status_bits),
      members: Array.from({ length: count }, (_, i) => member(i)),
    };
  },
};
