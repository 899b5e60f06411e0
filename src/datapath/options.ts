// SPDX-License-Identifier: Apache-2.0
import type { Address } from '#addr/index.js';
import type { PuntReason } from '#control/contract/inputs.js';
import type { ResolvedInterface } from '#core/ports.js';

export type DataPathInterface = ResolvedInterface;

/** Limits on punts for one reason. */
export interface PuntLimit {
  /** For each CPU. */
  readonly rate_pps: number;
  readonly burst: number;
  /** At most one punt per EID and outer source in this time; 0: no limit. */
  readonly interval_ms: number;
}
export type PuntLimits = Readonly<Record<PuntReason, PuntLimit>>;

export const DEFAULT_PUNT_LIMITS: PuntLimits = {
  // Each packet may be held, so no interval. The burst is the default number of held packets (heldPackets).
  'map-cache-miss': { rate_pps: 20_000, burst: 4_096, interval_ms: 0 },
  // One punt is enough to detect a host. It is repeated in case the first is lost, or the host was away meanwhile.
  'eid-detected': { rate_pps: 2_000, burst: 512, interval_ms: 100 },
  // Leads to an SMR, which the control plane limits to one in 3 s per sender. The first punt must come at once. It is
  // repeated in case no SMR could be sent. A shorter interval would flood the agent when many hosts move at once.
  stale: { rate_pps: 2_000, burst: 512, interval_ms: 1_000 },
  // The agent forwards each packet until the neighbour is resolved, so no interval.
  'no-neighbour': { rate_pps: 20_000, burst: 4_096, interval_ms: 0 },
  // An answer for each pair of EIDs and window of a sender; more would only repeat it (RFC 4443 section 2.4 f).
  'too-big': { rate_pps: 2_000, burst: 512, interval_ms: 10 },
  // Each packet is sent on in fragments, so none is suppressed.
  fragment: { rate_pps: 10_000, burst: 4_096, interval_ms: 0 },
  // traceroute sends three probes for a hop, and several hops at once.
  'ttl-expired': { rate_pps: 1_000, burst: 256, interval_ms: 0 },
  'core-icmp': { rate_pps: 1_000, burst: 256, interval_ms: 0 },
};

export interface DataPathSizes {
  readonly mapCacheEntries: number;
  readonly dynamicEids: number;
  readonly locatorSets: number;
  readonly locators: number;
  /** Bytes, a power of two. */
  readonly puntRing: number;
}

export interface DataPathOptions {
  /** Instance name: part of the pin path. */
  readonly name: string;
  /** Mount point of a BPF file system. */
  readonly bpfFilesystem: string;
  readonly xdpMode: 'auto' | 'native' | 'generic';
  readonly interfaces: readonly DataPathInterface[];
  /** Destination addresses of packets to decapsulate. */
  readonly localRlocs: readonly Address[];
  /** Send locator status bits with packets from local EIDs (RFC 9300 section 10). */
  readonly locatorStatusBits: boolean;
  /** Outer headers have the TTL of inner ones (RFC 9300 section 5.3), which is the default; else 255. */
  readonly ttlPropagation?: boolean;
  readonly sizes: DataPathSizes;
  readonly puntLimits?: PuntLimits;
  /** Called with the reason when an interface falls back to generic XDP. */
  readonly onFallback?: (interfaceName: string, reason: string) => void;
  /** Directory of the BPF objects; by default bpf/build of this installation. */
  readonly bpfDirectory?: string;
}
