// SPDX-License-Identifier: Apache-2.0
// What core needs of the outside world. Adapters implement these; core imports no adapter.
import type { Address, EidPrefix } from '#addr/index.js';
import type {
  HeldFrame,
  HostRouteEffect,
  ProbeHostEffect,
  LocalEidDeleteEffect,
  LocalEidSetEffect,
  MapCacheDeleteEffect,
  MapCacheSetEffect,
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
  /** Sends from port 4342. Errors are counted, never thrown: UDP may lose anything. */
  send(bytes: Uint8Array, from: Address | undefined, to: Address, toPort: number): void;
  onDatagram(listener: (datagram: Datagram) => void): void;
  close(): void;
  counters(): Readonly<Record<string, number>>;
}

/** What changes one prefix of the tries. */
export type TrieEffect = MapCacheSetEffect | MapCacheDeleteEffect | LocalEidSetEffect | LocalEidDeleteEffect;

/** What changes the tables that decide packets. */
export type TableEffect = TrieEffect | RlocStateEffect;

/** Packets and bytes. */
export interface Traffic {
  readonly packets: number;
  readonly bytes: number;
}

/** What the BPF maps hold for one destination EID; the truth that packets meet. */
export interface ForwardingState {
  readonly eid: EidPrefix;
  readonly action: 'encapsulate' | 'drop' | 'forward-native' | 'send-map-request' | 'local';
  readonly traffic: Traffic;
  readonly locators: readonly {
    readonly rloc: Address;
    readonly source: Address;
    /** The mapping lets it be used, and the RLOC is up. */
    readonly up: boolean;
    readonly priority: number;
    readonly weight: number;
    /** Share of the flow buckets, 0 to 1. */
    readonly share: number;
  }[];
}

/** A configured interface as it is on this machine. */
export interface ResolvedInterface extends InterfaceConfig {
  readonly ifindex: number;
  /** 6 bytes: frames to other addresses are the kernel's. */
  readonly mac: Uint8Array;
}

/** The XDP programs and their maps. */
export interface DataPath {
  /** What was found pinned, or nothing. */
  adopted(): AdoptedState;
  /**
   * Applies in order; states of RLOCs last, and of very many locator-sets some in the turns of the event loop that follow.
   * A full map is an outcome, not an exception: the refused effects are returned.
   */
  apply(effects: readonly TableEffect[]): readonly TrieEffect[];
  /** Sends held frames on through the programs, in order. */
  inject(frames: readonly HeldFrame[]): void;
  onPunts(listener: (punts: readonly Punt[]) => void): void;
  /** Longest match in the map-cache trie that covers `eid`, itself included, read back from the kernel. */
  lookup(eid: EidPrefix): ForwardingState | undefined;
  /** Packets and bytes of one map-cache prefix. */
  traffic(eid: EidPrefix): Traffic;
  /**
   * By name: the reasons of bpf/reasons.h, one for each packet; what became of punts; the adapter's own counters (punts
   * lost, inject errors ...).
   */
  counters(): {
    readonly reasons: Readonly<Record<string, Traffic>>;
    readonly punts: Readonly<Record<string, Traffic>>;
    readonly adapter: Readonly<Record<string, number>>;
  };
  /**
   * An interface has another MAC address or index than before, or is back: writes it to the maps, attaches the program.
   * @throws Error that says what is in the way; the interface then counts as gone
   */
  interfaceChanged(target: ResolvedInterface): void;
  /** An interface is no more, and its program with it: forgets it. */
  interfaceGone(name: string): void;
  status(): DataPathStatus;
  /** Leaves maps and programs pinned and forwarding. */
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
  /** Tells at once, and after each change, every gateway address: those that are no EIDs of their own. */
  onOwnAddresses(listener: (addresses: readonly OwnAddress[]) => void): void;
  onEidSighted(listener: (sighting: EidSighting) => void): void;
  onEidLost(listener: (sighting: EidSighting) => void): void;
  hostRoute(effect: HostRouteEffect): void;
  /** Asks by ARP or ND; the answer is a sighting. */
  probeHost(effect: ProbeHostEffect): void;
  /** Keeps the next hops towards these RLOCs resolved in the kernel's neighbour table. */
  keepNeighbours(rlocs: readonly Address[]): void;
  counters(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** What a Map-Server remembers of ETRs over restarts. */
export interface NonceMemory {
  /** Of earlier runs, of each site the ETR that has been silent for longest first. */
  restored(): readonly TrackedNonce[];
  keep(nonces: readonly TrackedNonce[]): void;
}

/** CLOCK_MONOTONIC and waking up. */
export interface Clock {
  /** Milliseconds, with fractions. */
  now(): number;
  /** Calls `wake` once at `at_ms`, replacing what was asked before; undefined cancels. */
  wakeAt(at_ms: number | undefined, wake: () => void): void;
}
