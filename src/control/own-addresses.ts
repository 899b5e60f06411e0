// SPDX-License-Identifier: Apache-2.0
import { type Eid, type EidPrefix, formatEidPrefix, hostEidPrefix } from '../addr/index.js';
import type { Database } from './database.js';
import type { Effect } from './effect.js';
import type { OwnAddress } from './machine.js';

/**
 * Addresses of this router on its EID-facing interfaces: gateways of the hosts, not EIDs, so they are neither registered
 * nor learnt. Packets to them are the kernel's: without an entry of their own, the dynamic-EID prefix that they lie in
 * would have them resolved.
 */
export class OwnAddresses {
  #current = new Map<string, EidPrefix>();
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  has(eid: EidPrefix): boolean {
    return this.#current.has(formatEidPrefix(eid));
  }

  holds(eid: Eid): boolean {
    return this.has(hostEidPrefix(eid));
  }

  /** All of them as they are now. What is an EID of its own by configuration or learning is left as it is. */
  replace(addresses: readonly OwnAddress[], out: Effect[]): void {
    const next = new Map<string, EidPrefix>();
    for (const { eid: host, ifindex } of addresses) {
      const eid = hostEidPrefix(host);
      if (this.#database.table.get(eid) !== undefined || this.#database.configured.get(eid) !== undefined)
        continue;
      const key = formatEidPrefix(eid);
      next.set(key, eid);
      if (!this.#current.has(key))
        out.push({ type: 'local-eid-set', eid, entry: { kind: 'local', ifindex, dynamic: false } });
    }
    for (const [key, eid] of this.#current) if (!next.has(key)) out.push({ type: 'local-eid-delete', eid });
    this.#current = next;
  }
}
