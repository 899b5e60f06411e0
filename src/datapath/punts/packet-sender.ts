// SPDX-License-Identifier: Apache-2.0
import type { AdapterCounters } from '#datapath/adapter-counters.js';
import type { IpPacket } from './ip-packet.js';
import { isBpfError, type Native, type RawSocket } from '#datapath/native.js';

/**
 * Gives complete IP packets to the kernel, which routes them and resolves the neighbour. Refused packets are counted.
 */
export class PacketSender {
  readonly #native: Native;
  readonly #counters: AdapterCounters;
  readonly #sockets = new Map<4 | 6, RawSocket>();

  constructor(native: Native, counters: AdapterCounters) {
    this.#native = native;
    this.#counters = counters;
  }

  /** @returns whether the kernel accepted the packet */
  send(packet: IpPacket | undefined): boolean {
    if (packet === undefined) {
      this.#counters.add('sendBadPackets');
      return false;
    }
    try {
      this.#socket(packet.family).send(packet.bytes);
      return true;
    } catch (error) {
      if (!isBpfError(error)) throw error;
      this.#counters.add('sendErrors'); // no route, a full queue, too big ...
      return false;
    }
  }

  #socket(family: 4 | 6): RawSocket {
    const socket = this.#sockets.get(family) ?? this.#native.openRawSocket(family);
    this.#sockets.set(family, socket);
    return socket;
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.close();
  }
}
