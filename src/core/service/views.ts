// SPDX-License-Identifier: Apache-2.0
// The data of each show command, as JSON: addresses and prefixes as text, durations in milliseconds.

export interface LocatorView {
  readonly rloc: string;
  readonly uptime_ms: number;
  readonly state: 'up' | 'down' | 'admin-down';
  readonly priority: number;
  readonly weight: number;
  readonly stateChanges: number;
  readonly lastStateChange_ms: number;
}

export type MappingState = 'complete' | 'send-map-request' | 'forward-native' | 'drop';

export interface MapCacheEntryView {
  readonly instanceId: number;
  readonly eid: string;
  readonly uptime_ms: number;
  /** Null: never. */
  readonly expires_ms: number | null;
  readonly via: 'map-reply' | 'static' | 'dynamic-EID' | 'recovered';
  readonly state: MappingState;
  readonly lastModified_ms: number;
  /** The RLOC that sent the mapping, or 'local'. */
  readonly mapSource: string;
  readonly packets: number;
  readonly bytes: number;
  readonly locators: readonly LocatorView[];
}

/** The trie entry of one destination, read from the kernel. */
export interface ForwardingView {
  readonly instanceId: number;
  readonly eid: string;
  readonly action: 'encapsulate' | 'drop' | 'forward-native' | 'send-map-request' | 'local';
  readonly packets: number;
  readonly bytes: number;
  readonly locatorStatusBits: number;
  readonly localEid: boolean;
  /** Whether it is inside a configured dynamic-EID prefix, and whether it is a detected dynamic EID. */
  readonly configuredDynamicEid: boolean;
  readonly detectedDynamicEid: boolean;
  readonly nextHops: readonly {
    readonly rloc: string;
    readonly source: string;
    readonly up: boolean;
    readonly priority: number;
    readonly weight: number;
    readonly share: number;
    /** Bytes of outer packets, where the path is known to take less than the link. */
    readonly pathMtu_bytes?: number;
  }[];
}

export interface DatabaseEntryView {
  readonly instanceId: number;
  readonly eid: string;
  /** Name of the dynamic-EID prefix; null for a configured mapping. */
  readonly dynamicEid: string | null;
  readonly uptime_ms: number;
  readonly lastChange_ms: number;
  readonly locators: readonly { readonly rloc: string; readonly priority: number; readonly weight: number }[];
  readonly mapServers: readonly {
    readonly address: string;
    readonly uptime_ms: number | null;
    readonly acknowledged: boolean;
  }[];
}

export interface DynamicEidView {
  readonly instanceId: number;
  readonly name: string;
  readonly prefix: string;
  readonly eid: string;
  readonly interface: string;
  readonly uptime_ms: number;
  readonly lastActivity_ms: number;
  readonly discovery: string;
}

export interface AwayEntryView {
  readonly instanceId: number;
  readonly eid: string;
  readonly producer: 'dyn-eid';
  readonly created_ms: number;
  readonly locators: readonly string[];
}

export interface SmrEntryView {
  readonly instanceId: number;
  readonly eid: string;
  readonly producer: 'away table' | 'local EID';
  /** RLOCs that were sent SMRs. */
  readonly solicited: readonly {
    readonly rloc: string;
    readonly sent: number;
    readonly lastSent_ms: number | null;
    readonly suppressed: number;
  }[];
}

export interface RegistrationView {
  readonly site: string;
  readonly instanceId: number;
  readonly eid: string;
  /** False for a configured prefix without a registration. */
  readonly registered: boolean;
  readonly lastRegister_ms: number | null;
  readonly firstRegister_ms: number | null;
  readonly whoLast: string | null;
  readonly origin: 'Configuration' | 'Dynamic';
  /** The configured prefix that accepted a more-specific. */
  readonly moreSpecificOf: string | null;
  readonly proxyReply: boolean;
  readonly ttl_min: number | null;
  readonly authenticationFailures: number;
  readonly etrs: readonly {
    readonly address: string;
    readonly lastRegister_ms: number;
    readonly xtrId: string | null;
    readonly nonce: string;
    readonly algorithm: string;
    readonly locators: readonly {
      readonly rloc: string;
      readonly local: boolean;
      readonly up: boolean;
      readonly priority: number;
      readonly weight: number;
    }[];
  }[];
}

export interface StatisticsView {
  /** Keys: the names of control/contract/counters.ts. */
  readonly control: Readonly<Record<string, number>>;
  /** Keys: the names of bpf/reasons.h. Each packet is counted under one of them. */
  readonly dataPath: Readonly<Record<string, { readonly packets: number; readonly bytes: number }>>;
  /** Outcomes of punts: 'punted', 'suppressed' ... */
  readonly punts: Readonly<Record<string, { readonly packets: number; readonly bytes: number }>>;
  /** Counters of the adapters, by name: transport, netlink, datapath, api, recording. */
  readonly adapters: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface StatusView {
  readonly name: string;
  readonly version: string;
  readonly pid: number;
  readonly uptime_ms: number;
  readonly roles: readonly ('ITR' | 'ETR' | 'Map-Server' | 'Map-Resolver')[];
  readonly xtrId: string | null;
  readonly siteId: string | null;
  readonly rlocs: readonly string[];
  readonly mapResolvers: readonly string[];
  readonly mapServers: readonly string[];
  readonly instanceIds: readonly number[];
  readonly sizes: {
    readonly mapCache: number;
    readonly database: number;
    readonly away: number;
    readonly pendingMapRequests: number;
    readonly heldPackets: number;
  };
  readonly limits: Readonly<Record<string, number>>;
  readonly dataPath: {
    readonly pinPath: string;
    readonly adopted: boolean;
    readonly interfaces: readonly {
      readonly name: string;
      readonly ifindex: number;
      readonly roles: readonly string[];
      readonly mode: string;
      readonly program: string;
    }[];
    readonly maps: readonly {
      readonly name: string;
      readonly entries: number | null;
      readonly maxEntries: number;
    }[];
  } | null;
  /**
   * Present problems: kernel settings and offloads, with the command that fixes them, and missing interfaces.
   */
  readonly warnings: readonly string[];
}

export interface EventView {
  /** Unix time, milliseconds with fractions. */
  readonly time_ms: number;
  /** CLOCK_MONOTONIC milliseconds: comparable between nodes on one kernel. */
  readonly monotonic_ms: number;
  readonly node: string;
  readonly name: string;
  readonly eid?: string;
  readonly peer?: string;
  readonly rlocs?: readonly string[];
  readonly nonce?: string;
  readonly detail?: string;
}

export interface LookupView {
  readonly eid: string;
  readonly outcome: 'reply' | 'timeout' | 'limited';
  readonly rtt_ms: number;
  readonly from: string | null;
  readonly attempts: number;
  /** The map-cache entry after the lookup. */
  readonly mapping: MapCacheEntryView | null;
}
