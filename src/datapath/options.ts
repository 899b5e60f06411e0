// SPDX-License-Identifier: Apache-2.0
import type { Address } from '#addr/index.js';
import type { PuntReason } from '#control/contract/inputs.js';
import type { ResolvedInterface } from '#core/ports.js';

export type DataPathInterface = ResolvedInterface;

/** How much the programs may punt for one reason. */
export interface PuntLimit {
  /** For each CPU. */
  readonly rate_pps: number;
  readonly burst: number;
  /** At most one punt for an EID and outer source in this time; 0: every packet. */
  readonly interval_ms: number;
}
export type PuntLimits = Readonly<Record<PuntReason, PuntLimit>>;

export const DEFAULT_PUNT_LIMITS: PuntLimits = {
  // Each packet may be held, so none is suppressed; the burst is what control holds in total (heldPackets).
  'map-cache-miss': { rate_pps: 20_000, burst: 4_096, interval_ms: 0 },
  // One sign of life says it all; it is repeated in case that the first was lost, or that the host was away meanwhile.
  'eid-detected': { rate_pps: 2_000, burst: 512, interval_ms: 100 },
  // Leads to an SMR, which control limits to one in 3 s; the first has to come at once, for each sender. Repeated in case
  // that control could not send then, and no sooner: stale packets to a crowd that moved come faster than they are read.
  stale: { rate_pps: 2_000, burst: 512, interval_ms: 1_000 },
  // Each packet is sent on by the agent until the neighbour is resolved, so none is suppressed.
  'no-neighbour': { rate_pps: 20_000, burst: 4_096, interval_ms: 0 },
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
  /** Where a BPF file system is mounted. */
  readonly bpfFilesystem: string;
  readonly xdpMode: 'auto' | 'native' | 'generic';
  readonly interfaces: readonly DataPathInterface[];
  /** Addresses that packets come to encapsulated. */
  readonly localRlocs: readonly Address[];
  /** Send locator status bits with packets from local EIDs (RFC 9300 section 10). */
  readonly locatorStatusBits: boolean;
  readonly sizes: DataPathSizes;
  readonly puntLimits?: PuntLimits;
  /** Hears why an interface has generic XDP although native was tried. */
  readonly onFallback?: (interfaceName: string, reason: string) => void;
  /** Where the BPF objects are; bpf/build of this installation when left out. */
  readonly bpfDirectory?: string;
}
