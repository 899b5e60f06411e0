// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, hostEidPrefix, type ReadonlyEidTable } from '#addr/index.js';
import { PendingProbes, type ProbedHost } from './pending-probes.js';
import type { Effect } from '#control/contract/effect.js';
import type { Discovery } from '#control/contract/inputs.js';

/** A host that showed itself so lately is not probed. */
const IDLE_AFTER_ms = 60_000;
/** A full table is gone through in steps, one in this time: refusing hosts has to stay cheap, they come in floods. */
const STEP_ms = 1_000;
const STEP_HOSTS = 1_024;
/** Of these are probed, at most: each takes a place of the kernel's neighbour table for three seconds, which has 1,024. */
const STEP_PROBES = 100;

/** A learnt host, as far as it matters here. */
export interface LearntHost extends ProbedHost {
  readonly discovery: Discovery;
  /** CLOCK_MONOTONIC milliseconds. */
  readonly lastActivity_ms: number;
}

/**
 * Room in a full table. Anyone on an EID-facing link can fill it with source addresses that nobody has, and would keep
 * other hosts out for a day. So while hosts are refused, those that are in it are probed in turn, and give way if they do
 * not answer. A host that is silent but there is learnt again with its next packet.
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

  /** A host was refused. */
  onRefused(now: number): void {
    if (now < this.#nextStep_ms) return;
    this.#nextStep_ms = now + STEP_ms;
    let probed = 0;
    for (let i = 0; i < STEP_HOSTS && probed < STEP_PROBES; i++) {
      const host = this.#next();
      if (host === undefined) return; // the next step begins anew
      if (!this.#mayEvict(host, now) || this.#probes.has(host)) continue;
      this.#probes.add(host, now);
      probed += 1;
    }
  }

  /** It answered, or it is gone. */
  cancel(eid: EidPrefix): void {
    this.#probes.remove(eid);
  }

  nextDeadline(): number | undefined {
    return this.#probes.nextDeadline();
  }

  /** Returns those that are to give way. */
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

  /** An address of this router itself answers nobody. */
  #mayEvict({ eid, discovery, lastActivity_ms }: Host, now: number): boolean {
    if (discovery === 'Local Address' || this.#isOwnAddress(hostEidPrefix(eid))) return false;
    return now - lastActivity_ms >= IDLE_AFTER_ms;
  }
}
