// SPDX-License-Identifier: Apache-2.0
// Hosts that wait to be asked by ARP or ND whether they are there. Runs in the monitor process.
import { formatAddress } from '#addr/index.js';
import type { Neighbour } from '#netlink/rtnetlink/neighbour.js';

export type Probed = Pick<Neighbour, 'ifindex' | 'address'>;

/**
 * Hosts asked at once, and the time to the next ones: 1,600 a second. When a crowd of hosts has moved away, each is asked
 * whether it really has; that neither floods the link nor delays the registrations and routes of the move.
 */
export const PROBES = 16;
export const PAUSE_ms = 10;
/** Hosts that wait, each once; of what is beyond, none is asked. As many as dynamic EIDs at most, by default. */
export const MAX_WAITING = 65_536;

export class ProbeQueue {
  readonly counts = { probesDropped: 0 };
  readonly #probe: (host: Probed) => Promise<void>;
  readonly #waiting = new Map<string, Probed>();
  #running = false;

  constructor(probe: (host: Probed) => Promise<void>) {
    this.#probe = probe;
  }

  /** The first are asked at once. */
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
