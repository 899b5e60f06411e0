// SPDX-License-Identifier: Apache-2.0
import type { Address, Eid, EidPrefix } from '#addr/index.js';
import type { XtrConfig } from '#control/contract/config.js';
import type { AdoptedState, EidSighting, OwnAddress, Punt } from '#control/contract/inputs.js';

/** Everything that can happen to an agent. A list of (time, input) replays a run. */
export type Input =
  | { readonly type: 'start'; readonly adopted: AdoptedState }
  | { readonly type: 'datagram'; readonly datagram: Datagram }
  | { readonly type: 'punts'; readonly punts: readonly Punt[] }
  | { readonly type: 'eid-sighted'; readonly sighting: EidSighting }
  /** A local address or neighbour of an EID-facing interface is gone. */
  | { readonly type: 'eid-lost'; readonly sighting: EidSighting }
  /** All addresses of the router on EID-facing interfaces, each time they change; also before `start`. */
  | { readonly type: 'own-addresses'; readonly addresses: readonly OwnAddress[] }
  /** Mappings that the tries had no room for: they are not in the map-cache either. */
  | { readonly type: 'trie-refused'; readonly eids: readonly EidPrefix[] }
  /** Replaces those of the configuration: an interface that is made anew has another index. */
  | { readonly type: 'eid-interfaces'; readonly interfaces: XtrConfig['eidInterfaces'] }
  /** Packets that a map-cache prefix carried so far. */
  | { readonly type: 'traffic'; readonly eid: EidPrefix; readonly packets: number }
  | { readonly type: 'wake' }
  | { readonly type: 'lookup'; readonly token: number; readonly eid: Eid; readonly to: Address | undefined }
  /** Undefined clears everything that was learnt. `onFound` hears how many entries that is, now or later; they go in slices. */
  | {
      readonly type: 'clear-map-cache';
      readonly eid: EidPrefix | undefined;
      readonly onFound: (count: number) => void;
    };

/** A UDP datagram of port 4342, UDP checksum verified by the kernel. */
export interface Datagram {
  readonly from: Address;
  readonly fromPort: number;
  readonly to: Address;
  readonly bytes: Uint8Array;
}
