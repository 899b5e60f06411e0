// SPDX-License-Identifier: Apache-2.0
// Records that the agent writes and never reads: interfaces, ports, local RLOCs, settings.
import { type Address, addressBytes } from '#addr/index.js';
import type { PuntReason } from '#control/contract/inputs.js';
import {
  xtr_interface,
  xtr_interface_key,
  xtr_punt_limit,
  xtr_punt_reason,
  xtr_rloc,
  xtr_role,
  xtr_settings,
} from '#datapath/generated/layout.js';
import { StructBytes } from '#datapath/struct-bytes.js';
import type { DataPathInterface, PuntLimits } from '#datapath/options.js';

/** struct xtr_interface_key for untagged frames. */
export function encodeInterfaceKey(ifindex: number): Uint8Array {
  const struct = new StructBytes(xtr_interface_key.bytes);
  struct.setU32(xtr_interface_key.offset.ifindex, ifindex);
  return struct.bytes;
}

/** struct xtr_interface. */
export function encodeInterface({ instanceId, roles, mac }: DataPathInterface): Uint8Array {
  const struct = new StructBytes(xtr_interface.bytes);
  struct.setU32(xtr_interface.offset.instance_id, instanceId);
  struct.setU32(
    xtr_interface.offset.roles,
    (roles.includes('eid') ? xtr_role.XTR_ROLE_EID : 0) |
      (roles.includes('rloc') ? xtr_role.XTR_ROLE_RLOC : 0),
  );
  struct.set(xtr_interface.offset.mac, mac);
  return struct.bytes;
}

/** struct bpf_devmap_val of the kernel: the ifindex, and 0 for no egress program. */
export function encodePort(ifindex: number): Uint8Array {
  const struct = new StructBytes(8);
  struct.setU32(0, ifindex);
  return struct.bytes;
}

/** struct xtr_rloc. */
export function encodeRloc(rloc: Address): Uint8Array {
  const struct = new StructBytes(xtr_rloc.bytes);
  struct.set(xtr_rloc.offset.address, addressBytes(rloc));
  struct.setU32(xtr_rloc.offset.family, rloc.family);
  return struct.bytes;
}

export const PUNT_REASON_VALUES = {
  'map-cache-miss': xtr_punt_reason.XTR_PUNT_MAP_CACHE_MISS,
  'eid-detected': xtr_punt_reason.XTR_PUNT_EID_DETECTED,
  stale: xtr_punt_reason.XTR_PUNT_STALE,
  'no-neighbour': xtr_punt_reason.XTR_PUNT_NO_NEIGHBOUR,
  'too-big': xtr_punt_reason.XTR_PUNT_TOO_BIG,
  fragment: xtr_punt_reason.XTR_PUNT_FRAGMENT,
  'ttl-expired': xtr_punt_reason.XTR_PUNT_TTL_EXPIRED,
  'core-icmp': xtr_punt_reason.XTR_PUNT_CORE_ICMP,
} as const satisfies Record<PuntReason, number>;

/**
 * struct xtr_settings.
 * @param outerTtl of outer headers; 0: the inner one is copied
 */
export function encodeSettings(limits: PuntLimits, outerTtl: number): Uint8Array {
  const struct = new StructBytes(xtr_settings.bytes);
  for (const [reason, value] of Object.entries(PUNT_REASON_VALUES)) {
    const at = xtr_settings.offset.punt + xtr_punt_limit.bytes * value;
    const limit = limits[reason as PuntReason];
    struct.setU32(at + xtr_punt_limit.offset.rate_pps, limit.rate_pps);
    struct.setU32(at + xtr_punt_limit.offset.burst, limit.burst);
    struct.setU32(at + xtr_punt_limit.offset.interval_ms, limit.interval_ms);
  }
  struct.setU32(xtr_settings.offset.outer_ttl, outerTtl);
  return struct.bytes;
}
