// SPDX-License-Identifier: Apache-2.0
import { xtr_action, xtr_constants, xtr_mapping } from '#datapath/generated/layout.js';
import { StructBytes } from '#datapath/struct-bytes.js';
import type { Codec } from './codec.js';

/** struct xtr_mapping. */
export interface MappingRecord {
  readonly action: 'encapsulate' | 'drop' | 'forward-native' | 'send-map-request' | 'local';
  /** Undefined unless the action is to encapsulate. */
  readonly locatorSet: number | undefined;
  readonly counter: number;
  readonly expiresAt_ms: number | undefined;
}

const ACTIONS = {
  encapsulate: xtr_action.XTR_ACTION_ENCAPSULATE,
  drop: xtr_action.XTR_ACTION_DROP,
  'forward-native': xtr_action.XTR_ACTION_FORWARD_NATIVE,
  'send-map-request': xtr_action.XTR_ACTION_SEND_MAP_REQUEST,
  local: xtr_action.XTR_ACTION_LOCAL,
} as const satisfies Record<MappingRecord['action'], number>;
const ACTION_NAMES = new Map<number, MappingRecord['action']>(
  (Object.entries(ACTIONS) as [MappingRecord['action'], number][]).map(([name, value]) => [value, name]),
);
const { bytes: size, offset } = xtr_mapping;

/** Reused for each mapping: creating a DataView costs more than filling it. */
const scratch = new StructBytes(size);

export const mappingCodec: Codec<MappingRecord> = {
  encode(mapping) {
    scratch.setU32(offset.action, ACTIONS[mapping.action]);
    scratch.setU32(offset.locator_set, mapping.locatorSet ?? xtr_constants.XTR_NONE);
    scratch.setU32(offset.counter, mapping.counter);
    scratch.setU64(offset.expires_at_ms, BigInt(Math.ceil(mapping.expiresAt_ms ?? 0)));
    return scratch.copy();
  },
  decode(bytes) {
    const struct = new StructBytes(bytes);
    const action = ACTION_NAMES.get(struct.u32(offset.action));
    const set = struct.u32(offset.locator_set);
    const locatorSet = set === xtr_constants.XTR_NONE ? undefined : set;
    const expiresAt = Number(struct.u64(offset.expires_at_ms));
    if (action === undefined || (action === 'encapsulate') !== (locatorSet !== undefined)) return undefined;
    return {
      action,
      locatorSet,
      counter: struct.u32(offset.counter),
      expiresAt_ms: expiresAt === 0 ? undefined : expiresAt,
    };
  },
};
