// SPDX-License-Identifier: Apache-2.0
import { type Address, compareAddresses, formatAddress } from '#addr/index.js';
import type { LocatorRecord } from '#wire/messages.js';
import type { LocalRloc } from '#control/contract/config.js';

/** Priority 255: not used for multicast distribution trees (RFC 9301 section 5.4, M Priority). */
const NO_MULTICAST = 255;

/** The RLOCs of this xTR. */
export class LocalRlocs {
  /** The locator-set of our EIDs, in the order of records (RFC 9301 section 5.5). */
  readonly records: readonly LocatorRecord[];
  /** The first configured RLOC of each family: the ITR-RLOCs of Map-Requests (RFC 9301 section 5.3). */
  readonly firstOfEach: readonly Address[];
  readonly #texts: ReadonlySet<string>;

  constructor(rlocs: readonly LocalRloc[]) {
    this.records = rlocs.map(toRecord).sort((a, b) => compareAddresses(a.rloc, b.rloc));
    this.firstOfEach = ([4, 6] as const)
      .map((family) => rlocs.find((rloc) => rloc.address.family === family)?.address)
      .filter((address) => address !== undefined);
    this.#texts = new Set(rlocs.map((rloc) => formatAddress(rloc.address)));
  }

  has(address: Address): boolean {
    return this.#texts.has(formatAddress(address));
  }

  /** Our first RLOC of this family: the source of packets to that family. */
  first(family: 4 | 6): Address | undefined {
    return this.firstOfEach.find((address) => address.family === family);
  }
}

function toRecord(rloc: LocalRloc): LocatorRecord {
  return {
    rloc: rloc.address,
    priority: rloc.priority,
    weight: rloc.weight,
    multicastPriority: NO_MULTICAST,
    multicastWeight: 0,
    local: true,
    probed: false,
    reachable: true,
  };
}
