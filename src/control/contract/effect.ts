// SPDX-License-Identifier: Apache-2.0
// Effects: what the state machines ask for. They change nothing themselves; `core` carries effects out, in
// order.
import type { Address, Eid, EidPrefix, InstanceId } from '#addr/index.js';
import type { ControlMessage } from '#wire/messages.js';
import type { ControlEvent } from './event.js';
import type { Forwarding, LocalEid } from './forwarding.js';
import type { TrackedNonce } from './inputs.js';

/** A LISP control message to send over UDP. */
export interface SendEffect {
  readonly type: 'send';
  readonly message: ControlMessage;
  /** Pre-shared key that signs the message (its `authentication.data` is computed when it is sent). */
  readonly key?: Uint8Array;
  /** Source address; undefined lets the kernel choose. */
  readonly from: Address | undefined;
  readonly to: Address;
  /** Destination port. The source port is always 4342: the agent has one control socket for each family. */
  readonly toPort: number;
}

/** Writes one prefix of the map-cache trie. It replaces the entry and keeps its packet counters. */
export interface MapCacheSetEffect {
  readonly type: 'map-cache-set';
  readonly eid: EidPrefix;
  readonly forwarding: Forwarding;
  /**
   * CLOCK_MONOTONIC milliseconds; undefined: never. Stored in the trie, so that a restarted agent knows it.
   */
  readonly expiresAt_ms: number | undefined;
}

export interface MapCacheDeleteEffect {
  readonly type: 'map-cache-delete';
  readonly eid: EidPrefix;
}

/**
 * An RLOC is down, or up again. While it is down, no packet of any EID is sent to it. An RLOC without such an
 * effect is up.
 */
export interface RlocStateEffect {
  readonly type: 'rloc-state';
  readonly rloc: Address;
  readonly up: boolean;
}

/** No packet bigger than this goes to the RLOC, outer header included. */
export interface RlocMtuEffect {
  readonly type: 'rloc-mtu';
  readonly rloc: Address;
  /** Undefined: as big as the link lets. */
  readonly mtu_bytes: number | undefined;
}

/** Writes one prefix of the local EID database trie. */
export interface LocalEidSetEffect {
  readonly type: 'local-eid-set';
  readonly eid: EidPrefix;
  readonly entry: LocalEid;
}

export interface LocalEidDeleteEffect {
  readonly type: 'local-eid-delete';
  readonly eid: EidPrefix;
}

/** A host route to a dynamic EID, on the interface where it was seen. */
export interface HostRouteEffect {
  readonly type: 'host-route-add' | 'host-route-delete';
  readonly eid: Eid;
  readonly ifindex: number;
}

/**
 * Makes the kernel probe a host. If the host answers, a sighting follows. A permanent neighbour entry counts
 * as an answer.
 */
export interface ProbeHostEffect {
  readonly type: 'probe-host';
  readonly eid: Eid;
  readonly ifindex: number;
  /** Another site claims the host, so a permanent neighbour entry is no proof. */
  readonly afterMove?: true;
}

/**
 * Asks for the number of packets that a map-cache prefix has carried so far; the input `traffic` has the
 * answer.
 */
export interface CheckTrafficEffect {
  readonly type: 'check-traffic';
  readonly eid: EidPrefix;
}

/** A punted and queued frame, injected where it arrived: XDP processes it again, now with a mapping. */
export interface HeldFrame {
  readonly ifindex: number;
  readonly instanceId: InstanceId;
  /** From the Ethernet header on. */
  readonly frame: Uint8Array;
}

export interface InjectEffect {
  readonly type: 'inject';
  /** In order. */
  readonly frames: readonly HeldFrame[];
}

/** IP packets of our own making, as if a host had sent them on an EID-facing interface: ICMP errors, fragments. */
export interface OriginateEffect {
  readonly type: 'originate';
  readonly ifindex: number;
  /** In order, from the IP header on. */
  readonly packets: readonly Uint8Array[];
}

/** RLOCs whose next-hop neighbours are kept resolved; the whole set, after each change. */
export interface KeepNeighboursEffect {
  readonly type: 'keep-neighbours';
  readonly rlocs: readonly Address[];
}

/** An event for the log, `xtrctl events` and the timeline of a move. */
export interface EventEffect {
  readonly type: 'event';
  readonly event: ControlEvent;
}

/** The result of a `lig` command. */
export interface LookupResultEffect {
  readonly type: 'lookup-result';
  /** The token of the command. */
  readonly token: number;
  readonly result: LookupResult;
}

export interface LookupResult {
  readonly eid: Eid;
  readonly outcome: 'reply' | 'timeout' | 'limited';
  readonly rtt_ms: number;
  /** The RLOC that answered. */
  readonly from: Address | undefined;
  readonly attempts: number;
}

/**
 * The number of entries that `clear-map-cache` with this token removes. They are removed in slices, so some
 * may be removed later.
 */
export interface ClearedEffect {
  readonly type: 'cleared';
  readonly token: number;
  readonly count: number;
}

/**
 * The last nonces of these ETRs have to survive a restart of the agent; `start` brings them back
 * (9301-5.6-08).
 */
export interface KeepNoncesEffect {
  readonly type: 'keep-nonces';
  readonly nonces: readonly TrackedNonce[];
}

export type Effect =
  | SendEffect
  | MapCacheSetEffect
  | MapCacheDeleteEffect
  | LocalEidSetEffect
  | LocalEidDeleteEffect
  | RlocStateEffect
  | RlocMtuEffect
  | HostRouteEffect
  | ProbeHostEffect
  | CheckTrafficEffect
  | InjectEffect
  | OriginateEffect
  | KeepNeighboursEffect
  | EventEffect
  | LookupResultEffect
  | ClearedEffect
  | KeepNoncesEffect;
