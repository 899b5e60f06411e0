// SPDX-License-Identifier: Apache-2.0
import { type Address, type Eid, formatAddress } from '#addr/index.js';
import type { Counters } from '#control/contract/counters.js';
import type { Effect } from '#control/contract/effect.js';
import type { Punt } from '#control/contract/inputs.js';
import { TokenBuckets } from '#control/kit/rate-limit.js';
import type { LocalRlocs } from '#control/locators/local-rlocs.js';
import type { OwnAddresses } from '#control/mobility/own-addresses.js';
import { type IcmpProblem, icmpErrorAbout } from '#wire/ip/icmp.js';
import { WireError } from '#wire/wire-error.js';
import { packetOf } from './packet-of.js';

/** ICMP errors to one EID a second, and at once (RFC 4443 section 2.4 f); sources remembered for it. */
const RATE_pps = 100;
const BURST = 100;
const SOURCES = 8_192;

interface IcmpOut {
  readonly to: Eid;
  readonly from: { readonly address: Address; readonly ifindex: number };
  /** What it is about. */
  readonly packet: Uint8Array;
  readonly problem: IcmpProblem;
}

/**
 * Answers packets that do not go on. An answer comes from an address of this router on an EID-facing interface, which
 * the host can reach, and goes the way of packets from EIDs: to a host here, or encapsulated to another site.
 */
export class IcmpSender {
  readonly #ownAddresses: OwnAddresses;
  readonly #local: LocalRlocs;
  readonly #counters: Counters;
  readonly #limiter = new TokenBuckets(RATE_pps, BURST, SOURCES);

  constructor(ownAddresses: OwnAddresses, local: LocalRlocs, counters: Counters) {
    this.#ownAddresses = ownAddresses;
    this.#local = local;
    this.#counters = counters;
  }

  answer(punt: Punt, problem: IcmpProblem, now: number, out: Effect[]): void {
    const { instanceId, sourceEid: address, frame } = punt;
    const from = this.#sourceOf(punt);
    if (from === undefined) this.#counters.add('icmpErrorsWithoutSource');
    else this.#send({ to: { instanceId, address }, from, packet: packetOf(frame), problem }, now, out);
  }

  /**
   * A router of the core had a problem with the outer packet: the host that sent the inner one is told, in the name of
   * that router where the families are the same.
   * @param packet the inner one, of which the end may be missing
   */
  relay(core: Address, to: Eid, packet: Uint8Array, problem: IcmpProblem, now: number, out: Effect[]): void {
    const { family } = to.address;
    const own = this.#ownAddresses.nearest(to.instanceId, family, 0);
    const ifindex = own?.ifindex ?? this.#ownAddresses.interfaceOf(to.instanceId);
    const address = core.family === family ? core : own?.eid.address;
    if (address === undefined || ifindex === undefined) this.#counters.add('icmpErrorsWithoutSource');
    else this.#send({ to, from: { address, ifindex }, packet, problem }, now, out);
  }

  #send({ to, from, packet: about, problem }: IcmpOut, now: number, out: Effect[]): void {
    const packet = errorAbout(about, from.address, problem);
    if (packet === undefined) return; // no error may be sent about it
    if (!this.#limiter.take(`${to.instanceId} ${formatAddress(to.address)}`, now)) {
      this.#counters.add('icmpErrorsRateLimited');
      return;
    }
    this.#counters.add('icmpErrorsOut');
    out.push({ type: 'originate', ifindex: from.ifindex, packets: [packet] });
  }

  /** Without an address on an EID-facing interface, an RLOC does for hosts that are here (RFC 1812 section 4.3.2.4). */
  #sourceOf(punt: Punt): IcmpOut['from'] | undefined {
    const { instanceId, ifindex, sourceEid, outerSource } = punt;
    const own = this.#ownAddresses.nearest(instanceId, sourceEid.family, ifindex);
    if (own !== undefined) return { address: own.eid.address, ifindex: own.ifindex };
    const rloc = outerSource === undefined ? this.#local.first(sourceEid.family) : undefined;
    return rloc && { address: rloc, ifindex };
  }
}

/** The programs have read the header already; what is none is no reason to fall. */
function errorAbout(...args: Parameters<typeof icmpErrorAbout>): Uint8Array | undefined {
  try {
    return icmpErrorAbout(...args);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
