// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, hostEidPrefix, type ReadonlyEidTable } from '#addr/index.js';
import { PendingProbes, type ProbedHost } from './pending-probes.js';
import type { Effect } from '#control/contract/effect.js';
import type { Discovery } from '#control/contract/inputs.js';

/** A host that was seen within this time is not probed. */
const IDLE_AFTER_ms = 60_000;
/**
 * A full table is scanned in steps, one in this time. Refusing a host has to be cheap, because floods cause
 * very many refusals.
 */
const STEP_ms = 1_000;
const STEP_HOSTS = 1_024;
/**
 * Maximum number of hosts probed in a step. Each takes an entry of the kernel's neighbour table for three
 * seconds, and the table has 1,024.
 */
const STEP_PROBES = 100;

/** The fields of a learnt host that eviction needs. */
export interface LearntHost extends ProbedHost {
  readonly discovery: Discovery;
  /** CLOCK_MONOTONIC milliseconds. */
  readonly lastActivity_ms: number;
}

/**
 * Evicts idle hosts from a full table. Anybody on an EID-facing link can fill the table with unused source
 * addresses and so keep other hosts out for a day. While hosts are refused, the hosts in the table are
 * therefore probed in turn, and evicted if they do not answer. An evicted host that is still there is learnt
 * again with its next packet.
 */
export class IdleEviction<Host extends LearntHost> {
  readonly #table: ReadonlyEidTable<Host>;
  readonly #isOwnAddress: (eid: EidPrefix) => boolean;
  readonly #probes = new PendingProbes<Host>();
  #cursor: Iterator<{ readonly value: Host }> | undefined;
  #nextStep_ms = 0;

  constructor(table: ReadonlyEidTable<Host>, isOwnAddress: (eid: EidPrefix) => boolean) {
    this.#table = table;
    this.#isOwnAddress = isOwnAddress;
  }

  /** Called for each host that was refused: starts the next step if it is due. */
  onRefused(now: number): void {
    if (now < this.#nextStep_ms) return;
    this.#nextStep_ms = now + STEP_ms;
    let probed = 0;
    for (let i = 0; i < STEP_HOSTS && probed < STEP_PROBES; i++) {
      const host = this.#next();
      if (host === undefined) return; // the next step starts at the beginning
      if (!this.#mayEvict(host, now) || this.#probes.has(host)) continue;
      this.#probes.add(host, now);
      probed += 1;
    }
  }

  /** The host answered, or it was deleted. */
  cancel(eid: EidPrefix): void {
    this.#probes.remove(eid);
  }

  nextDeadline(): number | undefined {
    return this.#probes.nextDeadline();
  }

  /** Returns the hosts to evict. */
  expire(now: number, limit: number, out: Effect[]): Host[] {
    return this.#probes.expire(now, limit, out);
  }

  #next(): Host | undefined {
    this.#cursor ??= this.#table.entries()[Symbol.iterator]();
    const step = this.#cursor.next();
    if (step.done !== true) return step.value.value;
    this.#cursor = undefined;
    return undefined;
  }

  /** An address of this router answers no probe. */
  #mayEvict({ eid, discovery, lastActivity_ms }: Host, now: number): boolean {
    if (discovery === 'Local Address' || this.#isOwnAddress(hostEidPrefix(eid))) return false;
    return now - lastActivity_ms >= IDLE_AFTER_ms;
  }
}
