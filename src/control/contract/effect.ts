// SPDX-License-Identifier: Apache-2.0
// What the state machines ask for. They change nothing themselves: `core` carries effects out, in order.
import type { Address, Eid, EidPrefix, InstanceId } from '#addr/index.js';
import type { ControlMessage } from '#wire/messages.js';
import type { ControlEvent } from './event.js';
import type { Forwarding, LocalEid } from './forwarding.js';
import type { TrackedNonce } from './inputs.js';

/** A LISP control message to send over UDP. */
export interface SendEffect {
  readonly type: 'send';
  readonly message: ControlMessage;
  /** Pre-shared key that the message is signed with (its `authentication.data` is computed on sending). */
  readonly key?: Uint8Array;
  /** Source address; undefined lets the kernel choose. */
  readonly from: Address | undefined;
  readonly to: Address;
  /** Destination port. The source port is always 4342: the agent has one control socket for each family. */
  readonly toPort: number;
}

/** Programs one prefix of the map-cache trie; replaces what was there and keeps its packet counters. */
export interface MapCacheSetEffect {
  readonly type: 'map-cache-set';
  readonly eid: EidPrefix;
  readonly forwarding: Forwarding;
  /** CLOCK_MONOTONIC milliseconds; undefined never. Kept in the trie so that a restarted agent can go on from there. */
  readonly expiresAt_ms: number | undefined;
}

export interface MapCacheDeleteEffect {
  readonly type: 'map-cache-delete';
  readonly eid: EidPrefix;
}

/**
 * An RLOC is down, or up again: no packet goes to it, or those that went to it before, whatever EIDs it stands for. All
 * are up of which nothing was said.
 */
export interface RlocStateEffect {
  readonly type: 'rloc-state';
  readonly rloc: Address;
  readonly up: boolean;
}

/** Programs one prefix of the local EID database trie. */
export interface LocalEidSetEffect {
  readonly type: 'local-eid-set';
  readonly eid: EidPrefix;
  readonly entry: LocalEid;
}

export interface LocalEidDeleteEffect {
  readonly type: 'local-eid-delete';
  readonly eid: EidPrefix;
}

/** A host route to a dynamic EID on the interface it was seen on. */
export interface HostRouteEffect {
  readonly type: 'host-route-add' | 'host-route-delete';
  readonly eid: Eid;
  readonly ifindex: number;
}

/**
 * Has the kernel ask a host whether it is still there; a sighting follows if it is. A neighbour entry that somebody
 * configured answers for its host.
 */
export interface ProbeHostEffect {
  readonly type: 'probe-host';
  readonly eid: Eid;
  readonly ifindex: number;
  /** Another site says that it has the host: what is configured here proves nothing. */
  readonly afterMove?: true;
}

/** Has the packets counted that a map-cache prefix carried so far; the input `traffic` tells. */
export interface CheckTrafficEffect {
  readonly type: 'check-traffic';
  readonly eid: EidPrefix;
}

/** A frame that was punted and held, put back where it came in: XDP decides again, now with a mapping. */
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

/** RLOCs whose next-hop neighbours are to be kept resolved; the whole set each time it changes. */
export interface KeepNeighboursEffect {
  readonly type: 'keep-neighbours';
  readonly rlocs: readonly Address[];
}

/** Something that happened, for the log, `events` and the timeline of a move. */
export interface EventEffect {
  readonly type: 'event';
  readonly event: ControlEvent;
}

/** The outcome of a `lig` command. */
export interface LookupResultEffect {
  readonly type: 'lookup-result';
  /** The token that the command came with. */
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

/** How many entries `clear-map-cache` with this token takes out. They go in slices, so some may follow. */
export interface ClearedEffect {
  readonly type: 'cleared';
  readonly token: number;
  readonly count: number;
}

/** The last nonces of these ETRs are to outlive the agent; `start` brings them back (9301-5.6-08). */
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
  | HostRouteEffect
  | ProbeHostEffect
  | CheckTrafficEffect
  | InjectEffect
  | KeepNeighboursEffect
  | EventEffect
  | LookupResultEffect
  | ClearedEffect
  | KeepNoncesEffect;
