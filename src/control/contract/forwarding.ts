// SPDX-License-Identifier: Apache-2.0
// What the data path does with packets: written by the control plane, read by an agent that starts.
import type { Address } from '#addr/index.js';

/** A locator of a forwarding entry. */
export interface ForwardingLocator {
  readonly rloc: Address;
  readonly priority: number;
  readonly weight: number;
  /** Outer source address: our RLOC of the same family. */
  readonly source: Address;
  /**
   * Whether the mapping allows this locator here: R bit, priority, and one of our RLOCs has its family. A
   * locator that is not usable keeps its ordinal, so that the locator status bits stay right. Whether the
   * RLOC is up is not stored here but once for all mappings (`rloc-state`).
   */
  readonly usable: boolean;
}

/** What the data path does with packets to an EID-prefix. */
export type Forwarding =
  | { readonly action: 'encapsulate'; readonly locators: readonly ForwardingLocator[] }
  | { readonly action: 'drop' | 'forward-native' | 'send-map-request' };

/**
 * An entry of the local EID trie:
 * - local: behind this router
 * - dynamic: a dynamic-EID prefix. Sources in it that are not local are punted as eid-detected; packets from
 *   the core for it are stale.
 * - away: was local and moved. Stale packets are re-encapsulated to `locators`, if known.
 */
export type LocalEid =
  | { readonly kind: 'local'; readonly ifindex: number | undefined; readonly dynamic: boolean }
  | { readonly kind: 'dynamic' }
  | { readonly kind: 'away'; readonly locators: readonly ForwardingLocator[] };
