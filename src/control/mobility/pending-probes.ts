// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, EidTable, hostEidPrefix } from '#addr/index.js';
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { Effect, ProbeHostEffect } from '#control/contract/effect.js';

/**
 * A host has so long to answer each time that it is probe whether it is here, and counts as silent after the last. The
 * kernel repeats each ARP request or Neighbor Solicitation by itself, too.
 */
export const PROBE_TIMEOUTS_ms: readonly number[] = [1_000, 2_000, 7_000];
/**
 * Hosts that the asking begins with in a second: those that do not answer take up a place of the kernel's neighbour
 * table for three seconds each, and it has 1,024 (gc_thresh3).
 */
export const PROBED_HOSTS_pps = 200;

/** Where a host is to be probe: a live view of what was learnt. */
export type ProbedHost = Pick<ProbeHostEffect, 'eid' | 'ifindex'>;

interface PendingProbe<Host extends ProbedHost> {
  readonly host: Host;
  sent: number;
}

/** Hosts that are probe whether they are here, all alike: each a few times, and not too many at once. */
export class PendingProbes<Host extends ProbedHost> {
  readonly #pending = new EidTable<PendingProbe<Host>>();
  readonly #due = new DeadlineQueue<PendingProbe<Host>>();
  #nextStart_ms = 0;

  add(host: Host, now: number): void {
    const start_ms = Math.max(now, this.#nextStart_ms);
    this.#nextStart_ms = start_ms + 1_000 / PROBED_HOSTS_pps;
    const probe = { host, sent: 0 };
    this.#pending.set(hostEidPrefix(host.eid), probe);
    this.#due.set(probe, start_ms);
  }

  has({ eid }: Host): boolean {
    return this.#pending.get(hostEidPrefix(eid)) !== undefined;
  }

  /** It answered, or it is gone. False: it was not probe. */
  remove(eid: EidPrefix): boolean {
    const probe = this.#pending.get(eid);
    if (probe === undefined) return false;
    this.#pending.delete(eid);
    this.#due.delete(probe);
    return true;
  }

  nextDeadline(): number | undefined {
    return this.#due.next();
  }

  /** Asks those whose turn it is, at most `limit`. Returns those that stayed silent. */
  expire(now: number, limit: number, out: Effect[]): Host[] {
    const silent: Host[] = [];
    for (const probe of this.#due.take(now, limit)) {
      const { host } = probe;
      const answer_ms = PROBE_TIMEOUTS_ms[probe.sent];
      if (answer_ms === undefined) {
        this.#pending.delete(hostEidPrefix(host.eid));
        silent.push(host);
        continue;
      }
      out.push({ type: 'probe-host', eid: host.eid, ifindex: host.ifindex });
      probe.sent += 1;
      this.#due.set(probe, now + answer_ms); // from now on, however late it was probe
    }
    return silent;
  }
}
