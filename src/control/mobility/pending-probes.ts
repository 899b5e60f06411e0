// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, EidTable, hostEidPrefix } from '#addr/index.js';
import { DeadlineQueue } from '#control/kit/deadlines.js';
import type { Effect, ProbeHostEffect } from '#control/contract/effect.js';

/**
 * Time to answer each probe of a host. After the last one without an answer the host counts as silent. The
 * kernel also repeats each ARP request or Neighbor Solicitation itself.
 */
export const PROBE_TIMEOUTS_ms: readonly number[] = [1_000, 2_000, 7_000];
/**
 * Maximum number of hosts whose first probe is sent in a second. A silent host takes an entry of the kernel's
 * neighbour table for three seconds, and the table has 1,024 (gc_thresh3).
 */
export const PROBED_HOSTS_pps = 200;

/** The host to probe: a live view of what was learnt. */
export type ProbedHost = Pick<ProbeHostEffect, 'eid' | 'ifindex'>;

interface PendingProbe<Host extends ProbedHost> {
  readonly host: Host;
  sent: number;
}

/** Hosts that were probed and have not answered yet. Each is probed a few times, at a limited rate. */
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

  /** The host answered, or it was deleted. Returns whether a probe was pending. */
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

  /** Probes the hosts that are due, at most `limit`. Returns the hosts that stayed silent. */
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
      this.#due.set(probe, now + answer_ms); // from now on, even if this probe is late
    }
    return silent;
  }
}
