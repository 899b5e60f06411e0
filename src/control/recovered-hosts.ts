// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, EidTable, hostEidPrefix } from '../addr/index.js';
import { DeadlineQueue } from './deadlines.js';
import type { Effect, ProbeHostEffect } from './effect.js';

/** A recovered host is asked at these times whether it is here ... */
export const RECOVERED_HOST_PROBES_ms: readonly number[] = [0, 1_000, 3_000];
/** ... and forgotten after this one. The kernel repeats each ARP request or Neighbor Solicitation by itself, too. */
export const RECOVERED_HOST_SILENT_ms = 10_000;
/**
 * Hosts that the asking begins with in a second: those that do not answer take up a place of the kernel's neighbour
 * table for three seconds each, and it has 1,024 (gc_thresh3).
 */
export const RECOVERED_HOSTS_pps = 200;

/** Where a host is to be asked: a live view of what was learnt. */
export type ProbedHost = Pick<ProbeHostEffect, 'eid' | 'ifindex'>;

interface Asked<Host extends ProbedHost> {
  readonly host: Host;
  readonly since_ms: number;
  probes: number;
}

/**
 * Hosts that the tries held at start. They may have moved while nobody listened: registering them would take them from
 * where they are now, so they are asked first.
 */
export class RecoveredHosts<Host extends ProbedHost> {
  readonly #asked = new EidTable<Asked<Host>>();
  readonly #due = new DeadlineQueue<Asked<Host>>();
  #nextStart_ms = 0;

  ask(host: Host, now: number): void {
    const since_ms = Math.max(now, this.#nextStart_ms);
    this.#nextStart_ms = since_ms + 1_000 / RECOVERED_HOSTS_pps;
    const asked = { host, since_ms, probes: 0 };
    this.#asked.set(hostEidPrefix(host.eid), asked);
    this.#due.set(asked, since_ms);
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
      const { host, since_ms } = asked;
      if (asked.probes === RECOVERED_HOST_PROBES_ms.length) {
        this.#asked.delete(hostEidPrefix(host.eid));
        silent.push(host);
        continue;
      }
      out.push({ type: 'probe-host', eid: host.eid, ifindex: host.ifindex });
      asked.probes += 1;
      this.#due.set(asked, since_ms + (RECOVERED_HOST_PROBES_ms[asked.probes] ?? RECOVERED_HOST_SILENT_ms));
    }
    return silent;
  }
}
