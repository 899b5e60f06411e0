// SPDX-License-Identifier: Apache-2.0
import type { HeldFrame, OriginateEffect } from '#control/contract/effect.js';
import type { AdapterCounters } from '#datapath/adapter-counters.js';
import { frameOf, ipPacketOf, oneHopFurther } from './ip-packet.js';
import type { Interfaces } from '#datapath/programs/interfaces.js';
import { isBpfError } from '#datapath/native.js';
import type { PacketSender } from './packet-sender.js';

/** enum xdp_action of the kernel. */
const XDP_PASS = 2;
const XDP_TX = 3;
const XDP_REDIRECT = 4;

/**
 * Sends held frames. The program of their interface processes each one again, in a test run, so the same code
 * encapsulates and counts them as packets that were never held. A test run does not transmit. (Live frames could, but
 * need Linux 5.18 and do not keep the order.) The result is given to the kernel, which routes the outer packet as XDP
 * would, and resolves the neighbour if needed.
 */
export class Injector {
  readonly #interfaces: Interfaces;
  readonly #sender: PacketSender;
  readonly #counters: AdapterCounters;

  constructor(interfaces: Interfaces, sender: PacketSender, counters: AdapterCounters) {
    this.#interfaces = interfaces;
    this.#sender = sender;
    this.#counters = counters;
  }

  inject(frames: readonly HeldFrame[]): void {
    for (const { ifindex, frame } of frames) {
      this.#counters.add('injected');
      this.#decide(ifindex, frame);
    }
  }

  #decide(ifindex: number, frame: Uint8Array): void {
    const run = this.#run(ifindex, frame);
    if (run === undefined) this.#counters.add('injectErrors');
    else this.#carryOut(run.verdict, run.packet);
  }

  /** Packets of our own, as frames to the interface from nobody. */
  originate({ ifindex, packets }: OriginateEffect): void {
    const mac = this.#interfaces.macOf(ifindex);
    if (mac === undefined) {
      this.#counters.add('originateErrors', packets.length);
      return;
    }
    for (const packet of packets) {
      this.#counters.add('originated');
      this.#decide(ifindex, frameOf(mac, packet));
    }
  }

  /** Undefined if the interface is not configured or gone, or the frame is too short. */
  #run(ifindex: number, frame: Uint8Array): { verdict: number; packet: Uint8Array } | undefined {
    try {
      return this.#interfaces.program(ifindex)?.testRun(frame, { ingressIfindex: ifindex });
    } catch (error) {
      if (!isBpfError(error)) throw error;
      return undefined;
    }
  }

  #carryOut(verdict: number, frame: Uint8Array): void {
    const packet = ipPacketOf(frame);
    if (verdict === XDP_REDIRECT || verdict === XDP_TX) {
      if (this.#sender.send(packet)) this.#counters.add('injectedEncapsulated');
    } else if (verdict === XDP_PASS) {
      // the kernel would have forwarded it and decremented the TTL
      if (this.#sender.send(packet && oneHopFurther(packet))) this.#counters.add('injectedNative');
    } else {
      this.#counters.add('injectDropped'); // dropped, or punted because its next hop is not resolved
    }
  }
}
