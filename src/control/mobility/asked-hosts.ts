// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, EidTable, hostEidPrefix } from '#addr/index.js';
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { Effect, ProbeHostEffect } from '#control/contract/effect.js';

/**
 * A host has so long to answer each time that it is asked whether it is here, and counts as silent after the last. The
 * kernel repeats each ARP request or Neighbor Solicitation by itself, too.
 */
export const HOST_ANSWER_ms: readonly number[] = [1_000, 2_000, 7_000];
/**
 * Hosts that the asking begins with in a second: those that do not answer take up a place of the kernel's neighbour
 * table for three seconds each, and it has 1,024 (gc_thresh3).
 */
export const ASKED_HOSTS_pps = 200;

/** Where a host is to be asked: a live view of what was learnt. */
export type ProbedHost = Pick<ProbeHostEffect, 'eid' | 'ifindex'>;

interface Asked<Host extends ProbedHost> {
  readonly host: Host;
  probes: number;
}

/** Hosts that are asked whether they are here, all alike: each a few times, and not too many at once. */
export class AskedHosts<Host extends ProbedHost> {
  readonly #asked = new EidTable<Asked<Host>>();
  readonly #due = new DeadlineQueue<Asked<Host>>();
  #nextStart_ms = 0;

  ask(host: Host, now: number): void {
    const start_ms = Math.max(now, this.#nextStart_ms);
    this.#nextStart_ms = start_ms + 1_000 / ASKED_HOSTS_pps;
    const asked = { host, probes: 0 };
    this.#asked.set(hostEidPrefix(host.eid), asked);
    this.#due.set(asked, start_ms);
  }

  has({ eid }: Host): boolean {
    return this.#asked.get(hostEidPrefix(eid)) !== undefined;
  }

  /** It answered, or it is gone. False: it was not asked. */
  settle(eid: EidPrefix): boolean {
    const asked = this.#asked.get(eid);
    if (asked === undefined) return false;
    this.#asked.delete(eid);
    this.#due.delete(asked);
    return true;
  }

  nextDeadline(): number | undefined {
    return this.#due.next();
  }

  /** Asks those whose turn it is, at most `limit`. Returns those that stayed silent. */
  expire(now: number, limit: number, out: Effect[]): Host[] {
    const silent: Host[] = [];
    for (const asked of this.#due.take(now, limit)) {
      const { host } = asked;
      const answer_ms = HOST_ANSWER_ms[asked.probes];
      if (answer_ms === undefined) {
        this.#asked.delete(hostEidPrefix(host.eid));
        silent.push(host);
        continue;
      }
      out.push({ type: 'probe-host', eid: host.eid, ifindex: host.ifindex });
      asked.probes += 1;
      this.#due.set(asked, now + answer_ms); // from now on, however late it was asked
    }
    return silent;
  }
}
