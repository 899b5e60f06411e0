// SPDX-License-Identifier: Apache-2.0
// A host that sends UDP packets to EIDs one after the other, at a steady rate.
import { addressBytes, parseAddress } from '#addr/index.js';
import { loadNative } from '#datapath/native.js';
import { PLAIN_PORT } from '#scripts/packets/frame.js';
import { serve } from './serve.js';
import { monotonic_ms } from '#scripts/kit/clock.js';

export interface SendSpec {
  readonly source: string;
  /** IPv4 addresses as numbers: `count` of them from `first` on. */
  readonly first: number;
  readonly count: number;
  readonly rate_pps: number;
  /** Ends after so many packets; else with `stop`. */
  readonly packets?: number;
}

export interface Sent {
  readonly packets: number;
  /** When the first packet to each EID was sent: CLOCK_MONOTONIC, milliseconds. */
  readonly first_ms: Float64Array;
}

/** Between two looks at the clock. */
const TICK_ms = 0.2;
const PAYLOAD_BYTES = 18;

const socket = loadNative().openRawSocket(4);
const cell = new Int32Array(new SharedArrayBuffer(4));
/** Set by `stop` while `send` waits for its next turn. */
const order = { stop: false };
const isStopped = (): boolean => order.stop;

/** The kernel computes the checksum of the header. */
function packetFrom(source: string): Buffer {
  const packet = Buffer.alloc(28 + PAYLOAD_BYTES);
  packet.writeUInt8(0x45, 0);
  packet.writeUInt16BE(packet.length, 2);
  packet.writeUInt8(64, 8);
  packet.writeUInt8(17, 9);
  packet.set(addressBytes(parseAddress(source)), 12);
  packet.writeUInt16BE(1024, 20);
  packet.writeUInt16BE(PLAIN_PORT, 22);
  packet.writeUInt16BE(8 + PAYLOAD_BYTES, 24);
  return packet;
}

const methods = {
  /** Resolves when it has ended. */
  async send({ source, first, count, rate_pps, packets = Infinity }: SendSpec): Promise<Sent> {
    order.stop = false;
    const packet = packetFrom(source);
    const first_ms = new Float64Array(count);
    const started = monotonic_ms();
    let sent = 0;
    while (!isStopped() && sent < packets) {
      const due = Math.min(packets, Math.floor(((monotonic_ms() - started) * rate_pps) / 1000) + 1);
      for (; sent < due; sent++) {
        packet.writeUInt32BE(first + (sent % count), 16);
        if (sent < count) first_ms[sent] = monotonic_ms();
        socket.send(packet);
      }
      Atomics.wait(cell, 0, 0, TICK_ms);
      await new Promise(setImmediate);
    }
    return { packets: sent, first_ms };
  },

  stop(): void {
    order.stop = true;
  },
};

export type SenderMethods = typeof methods;
serve(methods);
