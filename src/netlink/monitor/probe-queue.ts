// SPDX-License-Identifier: Apache-2.0
// Queue of hosts to be probed by ARP or ND. Runs in the monitor process.
import { formatAddress } from '#addr/index.js';
import type { Neighbour } from '#netlink/rtnetlink/neighbour.js';

export type Probed = Pick<Neighbour, 'ifindex' | 'address'>;

/**
 * Hosts in one batch, and the pause between batches: 1,600 probes per second. When many hosts have moved away, each is
 * probed. The limit keeps this from flooding the link and from delaying registrations and routes.
 */
export const PROBES = 16;
export const PAUSE_ms = 10;
/** Maximum queue length; further hosts are dropped. A host is queued once. Equals the default limit of dynamic EIDs. */
export const MAX_WAITING = 65_536;

export class ProbeQueue {
  readonly counts = { probesDropped: 0 };
  readonly #probe: (host: Probed) => Promise<void>;
  readonly #waiting = new Map<string, Probed>();
  #running = false;

  constructor(probe: (host: Probed) => Promise<void>) {
    this.#probe = probe;
  }

  /** Queues the hosts. The first batch is probed at once. */
  add(hosts: readonly Probed[]): void {
    for (const host of hosts) {
      const key = `${host.ifindex} ${formatAddress(host.address)}`;
      if (this.#waiting.size < MAX_WAITING || this.#waiting.has(key)) this.#waiting.set(key, host);
      else this.counts.probesDropped++;
    }
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.size > 0) {
      for (const host of this.#take()) await this.#probe(host);
      if (this.#waiting.size > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_ms));
    }
    this.#running = false;
  }

  #take(): Probed[] {
    const hosts: Probed[] = [];
    for (const [key, host] of this.#waiting) {
      if (hosts.length === PROBES) break;
      this.#waiting.delete(key);
      hosts.push(host);
    }
    return hosts;
  }
}
