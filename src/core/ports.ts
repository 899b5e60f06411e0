// SPDX-License-Identifier: Apache-2.0
// The ports of core: what it needs from outside. Adapters implement them; core imports no adapter.
import type { Address, EidPrefix } from '#addr/index.js';
import type {
  HeldFrame,
  HostRouteEffect,
  ProbeHostEffect,
  LocalEidDeleteEffect,
  LocalEidSetEffect,
  MapCacheDeleteEffect,
  MapCacheSetEffect,
  OriginateEffect,
  RlocMtuEffect,
  RlocStateEffect,
} from '#control/contract/effect.js';
import type {
  AdoptedState,
  Datagram,
  EidSighting,
  OwnAddress,
  Punt,
  TrackedNonce,
} from '#control/contract/inputs.js';
import type { InterfaceConfig } from './configuration.js';

/** UDP 4342 on every address of the node. */
export interface ControlTransport {
  /** Sends from port 4342. Errors are counted and never thrown, since UDP may lose any message. */
  send(bytes: Uint8Array, from: Address | undefined, to: Address, toPort: number): void;
  onDatagram(listener: (datagram: Datagram) => void): void;
  close(): void;
  counters(): Readonly<Record<string, number>>;
}

/** Effects that change one prefix of the tries. */
export type TrieEffect = MapCacheSetEffect | MapCacheDeleteEffect | LocalEidSetEffect | LocalEidDeleteEffect;

/** Effects that change the tables of the data path. */
export type TableEffect = TrieEffect | RlocStateEffect | RlocMtuEffect;

/** Packets and bytes. */
export interface Traffic {
  readonly packets: number;
  readonly bytes: number;
}

/** The contents of the BPF maps for one destination EID, as packets meet them. */
export interface ForwardingState {
  readonly eid: EidPrefix;
  readonly action: 'encapsulate' | 'drop' | 'forward-native' | 'send-map-request' | 'local';
  readonly traffic: Traffic;
  readonly locators: readonly {
    readonly rloc: Address;
    readonly source: Address;
    /** Of outer packets, where the path is known to take less than the link. */
    readonly pathMtu_bytes?: number;
    /** The mapping allows it, and the RLOC is up. */
    readonly up: boolean;
    readonly priority: number;
    readonly weight: number;
    /** Share of the flow buckets, 0 to 1. */
    readonly share: number;
  }[];
}

/** A configured interface that exists on this machine. */
export interface ResolvedInterface extends InterfaceConfig {
  readonly ifindex: number;
  /** 6 bytes. Frames to other addresses go to the kernel. */
  readonly mac: Uint8Array;
}

/** The XDP programs and their maps. */
export interface DataPath {
  /** The state of the pinned maps, or nothing. */
  adopted(): AdoptedState;
  /**
   * Applies the effects in order, states of RLOCs last. If very many locator-sets change, some change in
   * later turns of the event loop. Returns the effects that were refused because a map is full.
   */
  apply(effects: readonly TableEffect[]): readonly TrieEffect[];
  /** Injects the queued frames into the programs, in order. */
  inject(frames: readonly HeldFrame[]): void;
  /** Sends IP packets of our own making through the program of an EID-facing interface, in order. */
  originate(effect: OriginateEffect): void;
  onPunts(listener: (punts: readonly Punt[]) => void): void;
  /** The longest match in the map-cache trie that covers `eid`, itself included, read from the kernel. */
  lookup(eid: EidPrefix): ForwardingState | undefined;
  /** Packets and bytes of one map-cache prefix. */
  traffic(eid: EidPrefix): Traffic;
  /**
   * By name: the reasons of bpf/reasons.h, one for each packet; the outcomes of punts; the counters of the
   * adapter (lost punts, inject errors ...).
   */
  counters(): {
    readonly reasons: Readonly<Record<string, Traffic>>;
    readonly punts: Readonly<Record<string, Traffic>>;
    readonly adapter: Readonly<Record<string, number>>;
  };
  /**
   * An interface has a new MAC address or index, or exists again: updates the maps and attaches the program.
   * @throws Error that says what failed; the interface is then treated as missing
   */
  interfaceChanged(target: ResolvedInterface): void;
  /** An interface and its program no longer exist: forgets it. */
  interfaceGone(name: string): void;
  status(): DataPathStatus;
  /** Detaches the agent. Maps and programs stay pinned and go on forwarding. */
  detach(): void;
}

export interface DataPathStatus {
  readonly pinPath: string;
  readonly adopted: boolean;
  readonly interfaces: readonly {
    readonly name: string;
    readonly ifindex: number;
    readonly roles: readonly ('eid' | 'rloc')[];
    readonly mode: 'native' | 'generic';
    readonly program: string;
  }[];
  readonly maps: readonly {
    readonly name: string;
    readonly entries: number | undefined;
    readonly maxEntries: number;
  }[];
}

/** The kernel's links, addresses, neighbours and routes. */
export interface KernelNetwork {
  /**
   * Calls the listener at once and after each change with all gateway addresses, except those that are EIDs.
   */
  onOwnAddresses(listener: (addresses: readonly OwnAddress[]) => void): void;
  onEidSighted(listener: (sighting: EidSighting) => void): void;
  onEidLost(listener: (sighting: EidSighting) => void): void;
  /** MTUs of the kernel's routes to kept RLOCs: those that have one, at once and after each change. Undefined: no more. */
  onRouteMtu(listener: (rloc: Address, mtu_bytes: number | undefined) => void): void;
  hostRoute(effect: HostRouteEffect): void;
  /** Probes by ARP or ND. The answer is a sighting. */
  probeHost(effect: ProbeHostEffect): void;
  /** Keeps the next hops towards these RLOCs resolved in the kernel's neighbour table. */
  keepNeighbours(rlocs: readonly Address[]): void;
  counters(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** The nonces of ETRs that a Map-Server keeps over restarts. */
export interface NonceMemory {
  /** The nonces of earlier runs, ordered for each site, least recently used ETR first. */
  restored(): readonly TrackedNonce[];
  keep(nonces: readonly TrackedNonce[]): void;
}

/** CLOCK_MONOTONIC, and a timer. */
export interface Clock {
  /** Milliseconds, with fractions. */
  now(): number;
  /** Calls `wake` once at `at_ms` and replaces the previous call; undefined cancels it. */
  wakeAt(at_ms: number | undefined, wake: () => void): void;
}
