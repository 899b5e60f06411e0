// SPDX-License-Identifier: Apache-2.0
// What the data path does with packets, as the control plane tells it and a starting agent finds it.
import type { Address } from '#addr/index.js';

/** One locator that the data path may choose. */
export interface ForwardingLocator {
  readonly rloc: Address;
  readonly priority: number;
  readonly weight: number;
  /** Our RLOC of the same family, the outer source. */
  readonly source: Address;
  /**
   * Whether the mapping lets it be used from here: R bit, priority, an RLOC of ours of that family. If not, it keeps its
   * ordinal, so that LSBs stay right. Whether the RLOC is up is not said here but once for all mappings (`rloc-state`).
   */
  readonly usable: boolean;
}

/** What the data path does with packets to a prefix. */
export type Forwarding =
  | { readonly action: 'encapsulate'; readonly locators: readonly ForwardingLocator[] }
  | { readonly action: 'drop' | 'forward-native' | 'send-map-request' };

/**
 * What the data path knows of a local EID-Prefix:
 * - local: behind this router
 * - dynamic: a dynamic-EID prefix; sources in it that are not local are punted as eid-detected, packets that arrive
 *   decapsulated for it are stale
 * - away: was local and moved; `locators`, when known, are where stale packets are re-encapsulated to
 */
export type LocalEid =
  | { readonly kind: 'local'; readonly ifindex: number | undefined; readonly dynamic: boolean }
  | { readonly kind: 'dynamic' }
  | { readonly kind: 'away'; readonly locators: readonly ForwardingLocator[] };
