// SPDX-License-Identifier: Apache-2.0
import {
  type Eid,
  type EidPrefix,
  formatEidPrefix,
  hostEidPrefix,
  type InstanceId,
  isLinkLocal,
} from '#addr/index.js';
import type { Database } from '#control/etr/database.js';
import type { Effect } from '#control/contract/effect.js';
import type { OwnAddress } from '#control/contract/inputs.js';
import type { InputHandlers, Handler } from '#control/contract/machine.js';

/**
 * Addresses of this router on its EID-facing interfaces. They are gateways of the hosts and not EIDs, so they
 * are neither registered nor learnt. The kernel handles packets to them. Each has a trie entry, because the
 * dynamic-EID prefix that covers it would otherwise make the agent resolve it.
 */
export class OwnAddresses implements Handler {
  readonly inputs: InputHandlers = {
    'own-addresses': ({ addresses }, _, out) => {
      this.#replace(addresses, out);
    },
  };
  #told = new Map<string, OwnAddress>();
  /** The addresses that the trie has as own addresses. */
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

  /** Whether `eid` is an address of this router, even if it is also an EID. */
  isOwnAddress(eid: EidPrefix): boolean {
    return this.#told.has(formatEidPrefix(eid));
  }

  /** The one to speak from to a host of this family and instance: on that interface if it has one, else on any. */
  nearest(instanceId: InstanceId, family: 4 | 6, ifindex: number): OwnAddress | undefined {
    const fitting = [...this.#told.values()].filter(
      ({ eid }) =>
        eid.instanceId === instanceId && eid.address.family === family && !isLinkLocal(eid.address),
    );
    return fitting.find((own) => own.ifindex === ifindex) ?? fitting[0];
  }

  /** An EID-facing interface of the instance, by its index. */
  interfaceOf(instanceId: InstanceId): number | undefined {
    return [...this.#told.values()].find(({ eid }) => eid.instanceId === instanceId)?.ifindex;
  }

  /**
   * Called when an EID is deleted: if it is an address of this router, it becomes an own address. Returns
   * whether it is one.
   */
  takeOver(eid: EidPrefix, out: Effect[]): boolean {
    const key = formatEidPrefix(eid);
    const own = this.#told.get(key);
    if (own === undefined) return false;
    this.#current.set(key, eid);
    out.push(localEid(eid, own));
    return true;
  }

  /** Replaces the addresses. An address that is also a configured or learnt EID stays an EID. */
  #replace(addresses: readonly OwnAddress[], out: Effect[]): void {
    const next = new Map<string, EidPrefix>();
    this.#told = new Map(addresses.map((own) => [formatEidPrefix(hostEidPrefix(own.eid)), own]));
    for (const [key, own] of this.#told) {
      const eid = hostEidPrefix(own.eid);
      if (this.#database.table.get(eid) !== undefined || this.#database.configured.get(eid) !== undefined)
        continue;
      next.set(key, eid);
      if (!this.#current.has(key)) out.push(localEid(eid, own));
    }
    for (const [key, eid] of this.#current) if (!next.has(key)) out.push({ type: 'local-eid-delete', eid });
    this.#current = next;
  }
}

function localEid(eid: EidPrefix, { ifindex }: OwnAddress): Effect {
  return { type: 'local-eid-set', eid, entry: { kind: 'local', ifindex, dynamic: false } };
}
