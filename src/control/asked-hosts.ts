// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, EidTable, hostEidPrefix } from '../addr/index.js';
import { DeadlineQueue } from './deadlines.js';
import type { Effect, ProbeHostEffect } from './effect.js';

/** A host is asked at these times whether it is here ... */
export const HOST_PROBES_ms: readonly number[] = [0, 1_000, 3_000];
/** ... and counts as silent after this one. The kernel repeats each ARP request or Neighbor Solicitation by itself, too. */
export const HOST_SILENT_ms = 10_000;
/**
 * Hosts that the asking begins with in a second: those that do not answer take up a place of the kernel's neighbour
 * table for three seconds each, and it has 1,024 (gc_thresh3).
 */
export const ASKED_HOSTS_pps = 200;

/** Where a host is to be asked: a live view of what was learnt. */
export type ProbedHost = Pick<ProbeHostEffect, 'eid' | 'ifindex'>;

interface Asked<Host extends ProbedHost> {
  readonly host: Host;
  readonly since_ms: number;
  probes: number;
}

/** Hosts that are asked whether they are here, all alike: each a few times, and not too many at once. */
export class AskedHosts<Host extends ProbedHost> {
  readonly #asked = new EidTable<Asked<Host>>();
  readonly #due = new DeadlineQueue<Asked<Host>>();
  #nextStart_ms = 0;

  ask(host: Host, now: number): void {
    const since_ms = Math.max(now, this.#nextStart_ms);
    this.#nextStart_ms = since_ms + 1_000 / ASKED_HOSTS_pps;
    const asked = { host, since_ms, probes: 0 };
    this.#asked.set(hostEidPrefix(host.eid), asked);
    this.#due.set(asked, since_ms);
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
      const { host, since_ms } = asked;
      if (asked.probes === HOST_PROBES_ms.length) {
        this.#asked.delete(hostEidPrefix(host.eid));
        silent.push(host);
        continue;
      }
      out.push({ type: 'probe-host', eid: host.eid, ifindex: host.ifindex });
      asked.probes += 1;
      this.#due.set(asked, since_ms + (HOST_PROBES_ms[asked.probes] ?? HOST_SILENT_ms));
    }
    return silent;
  }
}
