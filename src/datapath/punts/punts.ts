// SPDX-License-Identifier: Apache-2.0
import type { Punt } from '#control/contract/inputs.js';
import type { AdapterCounters } from '#datapath/adapter-counters.js';
import { ipPacketOf } from './ip-packet.js';
import type { BpfMap, Native, RingBuffer } from '#datapath/native.js';
import type { PacketSender } from './packet-sender.js';
import { decodePunt } from '#datapath/records/punt.js';

/** Records delivered in one turn of the event loop. */
const BATCH = 128;

/** Older records are dropped: no agent was running to read them, and their packets are no longer useful. */
const MAX_AGE_ms = 5_000;
const NS_PER_ms = 1e6;

/** Reads the punts of the programs. */
export class Punts {
  readonly #native: Native;
  readonly #map: BpfMap;
  readonly #sender: PacketSender;
  readonly #counters: AdapterCounters;
  #ring: RingBuffer | undefined;

  constructor(native: Native, map: BpfMap, sender: PacketSender, counters: AdapterCounters) {
    this.#native = native;
    this.#map = map;
    this.#sender = sender;
    this.#counters = counters;
  }

  /** Keeps the event loop alive until close. */
  listen(listener: (punts: readonly Punt[]) => void): void {
    this.#ring?.close();
    this.#ring = this.#native.openRingBuffer(this.#map, BATCH, (records) => {
      const punts = records.flatMap((record) => this.#read(record));
      if (punts.length > 0) listener(punts);
    });
  }

  /** @returns the punt, or nothing if the control plane must not see it */
  #read(record: Uint8Array): Punt[] {
    this.#counters.add('punts');
    const punt = decodePunt(record);
    if (punt === undefined) {
      this.#counters.add('puntsMalformed');
    } else if (Number(this.#native.monotonicNs()) / NS_PER_ms - punt.at_ms > MAX_AGE_ms) {
      this.#counters.add('puntsTooOld');
    } else if (punt.reason === 'no-neighbour') {
      // The packet is encapsulated already: the kernel resolves the next hop and sends it.
      if (this.#sender.send(ipPacketOf(punt.frame))) this.#counters.add('neighbourPuntsSent');
    } else {
      return [punt];
    }
    return [];
  }

  close(): void {
    this.#ring?.close();
    this.#ring = undefined;
  }
}
