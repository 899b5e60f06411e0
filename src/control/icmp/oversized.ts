// SPDX-License-Identifier: Apache-2.0
import type { XtrConfig } from '#control/contract/config.js';
import type { Counters } from '#control/contract/counters.js';
import type { Effect } from '#control/contract/effect.js';
import type { Punt } from '#control/contract/inputs.js';
import type { OwnAddresses } from '#control/mobility/own-addresses.js';
import { fragmentIpv4 } from '#wire/ip/fragment.js';
import { WireError } from '#wire/wire-error.js';
import type { IcmpSender } from './icmp-sender.js';
import { packetOf } from './packet-of.js';

export interface OversizedContext {
  readonly config: Pick<XtrConfig, 'fragmentation'>;
  readonly ownAddresses: OwnAddresses;
  readonly icmp: IcmpSender;
  readonly counters: Counters;
}

/** Packets that do not fit behind an outer header, or on the link of a host (RFC 9300 section 7). */
export class Oversized {
  readonly #context: OversizedContext;

  constructor(context: OversizedContext) {
    this.#context = context;
  }

  /** The source is told what fits, so that it sends smaller ones. */
  tooBig(punt: Punt, now: number, out: Effect[]): void {
    this.#context.icmp.answer(punt, { type: 'too-big', mtu_bytes: punt.mtu_bytes ?? 0 }, now, out);
  }

  /** IPv4 without DF: its fragments go on, each as a packet of its own (section 7.1). */
  fragment(punt: Punt, now: number, out: Effect[]): void {
    const { config, counters } = this.#context;
    if (config.fragmentation === 'refuse') {
      counters.add('fragmentationRefused');
      this.tooBig(punt, now, out);
      return;
    }
    const packets = fragmentsOf(punt);
    const ifindex = this.#ifindexOf(punt);
    if (packets === undefined || ifindex === undefined) {
      counters.add('packetsNotFragmented');
      return;
    }
    counters.add('packetsFragmented');
    counters.add('fragmentsOut', packets.length);
    out.push({ type: 'originate', ifindex, packets });
  }

  /** Of a packet that came encapsulated, any EID-facing interface of its instance: the kernel knows the way. */
  #ifindexOf({ ifindex, instanceId, outerSource }: Punt): number | undefined {
    if (outerSource === undefined) return ifindex;
    return this.#context.ownAddresses.interfaceOf(instanceId);
  }
}

/** Undefined: the frame was cut, or has no room for fragments. */
function fragmentsOf({ frame, mtu_bytes = 0 }: Punt): Uint8Array[] | undefined {
  try {
    return fragmentIpv4(packetOf(frame), mtu_bytes);
  } catch (error) {
    if (error instanceof WireError || error instanceof TypeError) return undefined;
    throw error;
  }
}
