// SPDX-License-Identifier: Apache-2.0
// Map entries, encoded by hand from bpf/layout, independently of the generated layouts.
import { address, checksum, concat, hex } from '#test/helpers/packets.js';

export interface Entry {
  readonly map: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export const NONE = 0xffffffff;
export const ENCAPSULATE = 1;
export const DROP = 2;
export const FORWARD_NATIVE = 3;
export const SEND_MAP_REQUEST = 4;
export const LOCAL_ACTION = 5;
export const LOCAL = 1;
export const DYNAMIC = 2;
export const AWAY = 3;
export const SEND_STATUS_BITS = 2;
export const EID_FACING = 1;
export const RLOC_FACING = 2;
export const BUCKETS = 256;
const MEMBERS = 32;

const host32 = (...values: readonly number[]) => new Uint8Array(Uint32Array.from(values).buffer);

export const padded = (text: string) => concat(address(text), new Uint8Array(16 - address(text).length));

const family = (text: string) => (text.includes(':') ? 6 : 4);

function eidKey(prefix: string, instanceId: number): Uint8Array {
  const [text = '', length] = prefix.split('/');
  const bytes = address(text);
  const instance = Uint8Array.of(0, instanceId >> 16, (instanceId >> 8) & 0xff, instanceId & 0xff);
  return concat(host32(32 + Number(length ?? bytes.length * 8)), instance, bytes);
}

export interface Mapping {
  readonly action?: number;
  readonly locatorSet?: number;
  readonly counter?: number;
  readonly instanceId?: number;
}

export function mapping(prefix: string, fields: Mapping = {}): Entry {
  const { action = ENCAPSULATE, locatorSet = 0, counter = 0, instanceId = 0 } = fields;
  return {
    map: `xtr_map_cache_v${family(prefix)}`,
    key: eidKey(prefix, instanceId),
    value: host32(action, locatorSet, counter, 0, 0, 0),
  };
}

export interface LocalEid {
  readonly kind?: number;
  readonly locatorSet?: number;
  readonly flags?: number;
  readonly statusBits?: number;
  readonly instanceId?: number;
}

export function localEid(prefix: string, fields: LocalEid = {}): Entry {
  const { kind = LOCAL, locatorSet = NONE, flags = 0, statusBits = 0, instanceId = 0 } = fields;
  return {
    map: `xtr_eid_db_v${family(prefix)}`,
    key: eidKey(prefix, instanceId),
    value: host32(kind, 0, locatorSet, flags, statusBits),
  };
}

/** `bucket` gives the locator of each flow bucket. */
export function locatorSet(index: number, bucket: (bucket: number) => number): Entry {
  const buckets = Array.from({ length: BUCKETS }, (_, i) => bucket(i));
  return {
    map: 'xtr_locator_sets',
    key: host32(index),
    value: concat(host32(...buckets, 0, 0), new Uint8Array(MEMBERS * 8)),
  };
}

/** `pathMtu`: of outer packets on the way, if it is known to be smaller than the link's. */
export function locator(index: number, source: string, destination: string, pathMtu = 0): Entry {
  // RFC 1071: the complement of a checksum is the folded sum, which is equivalent to the unfolded one.
  const constant = concat(hex('4500 0000 0000 4000 0011 0000'), address(source), address(destination));
  const sum = family(source) === 4 ? ~checksum(constant) & 0xffff : 0;
  return {
    map: 'xtr_locators',
    key: host32(index),
    value: concat(padded(source), padded(destination), host32(family(source), sum, pathMtu, 0)),
  };
}

export function interfaceEntry(ifindex: number, mac: string, roles: number, instanceId = 0): Entry {
  return {
    map: 'xtr_interfaces',
    key: host32(ifindex, 0), // untagged
    value: concat(host32(instanceId, roles), hex(mac), new Uint8Array(2)),
  };
}

export function localRloc(text: string): Entry {
  return { map: 'xtr_local_rlocs', key: concat(padded(text), host32(family(text))), value: host32(1) };
}

export function port(ifindex: number): Entry {
  return { map: 'xtr_ports', key: host32(ifindex), value: host32(ifindex, 0) };
}

/** Routes to EIDs of the instance are looked up from this interface. settings() must have the number of instances. */
export function instance(instanceId: number, ifindex: number): Entry {
  return { map: 'xtr_instances', key: host32(instanceId), value: host32(ifindex, 0) };
}

export interface PuntLimit {
  readonly ratePps?: number;
  readonly burst?: number;
  readonly intervalMs?: number;
}

/**
 * Limits by reason, in the order of enum xtr_punt_reason. A token bucket starts with the tokens since
 * boot, so at a thousand per second it is full. `underlay`: the interface from which routes to RLOCs are looked up; 0:
 * the ingress interface of the packet. `instances`: number of entries in xtr_instances.
 */
export function settings(
  limits: readonly PuntLimit[] = [],
  underlay = 0,
  instances = 0,
  outerTtl = 0,
): Entry {
  const punt = Array.from({ length: 8 }, (_, reason) => limits[reason] ?? {});
  const words = punt.flatMap(({ ratePps = 1000, burst = 1000, intervalMs = 0 }) => [
    ratePps,
    burst,
    intervalMs,
    0,
  ]);
  return { map: 'xtr_settings', key: host32(0), value: host32(...words, underlay, 0, instances, outerTtl) };
}

/** Number of mapping counters of each CPU. */
export const COUNTERS = 8;

/**
 * The epoch, the slots of each cache and CPU (0: nothing is cached), and the mask of the flow hash that selects a path.
 */
export function caches(epoch: number, slots: number, spread = 7): Entry {
  return { map: 'xtr_caches', key: host32(0), value: host32(epoch, slots, spread, COUNTERS, slots, 0) };
}

/** Records that this was punted at this CLOCK_MONOTONIC time. */
export function punted(
  reason: number,
  eid: string,
  time_ns: bigint,
  { instanceId = 0, rloc }: { readonly instanceId?: number; readonly rloc?: string } = {},
): Entry {
  return {
    map: 'xtr_punt_times',
    key: concat(host32(reason, instanceId), padded(eid), rloc ? padded(rloc) : new Uint8Array(16)),
    value: new Uint8Array(BigUint64Array.of(time_ns).buffer),
  };
}
