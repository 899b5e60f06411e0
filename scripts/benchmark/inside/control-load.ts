// SPDX-License-Identifier: Apache-2.0
// The ITRs and ETRs of a Map-Server: asks and registers over UDP, and takes the time of each answer.
import { createSocket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';
import { CONTROL_PORT } from '#wire/index.js';
import {
  etrOf,
  ITRS,
  itrRloc,
  RECORDS,
  registerBytes,
  requestBytes,
} from '#scripts/benchmark/workload/control-messages.js';
import { eidList } from '#scripts/packets/eids.js';
import { eidAt } from '#scripts/benchmark/workload/mappings.js';
import { Random } from '#scripts/packets/random.js';
import { quantile } from '#scripts/benchmark/statistics.js';
import { serve } from './serve.js';
import { monotonic_ms } from '#scripts/kit/clock.js';

export type MessageKind = 'requests' | 'registers';

export interface LoadSpec {
  readonly kind: MessageKind;
  /** EIDs that are registered. */
  readonly registrations: number;
  readonly messages: number;
  /** Messages that wait for their answer at most. */
  readonly window: number;
  /** Undefined: as fast as answers come. */
  readonly rate_pps?: number;
}

export interface Load {
  /** Answers in all that time. */
  readonly rate: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

/** Requests that are not answered in this time count as lost: UDP may lose any of them. */
const SILENCE_ms = 2_000;
/** In Map-Reply and Map-Notify alike. */
const NONCE_OFFSET = 4;
const SEED = 4342;

const socket = createSocket({
  type: 'udp4',
  recvBufferSize: 4 << 20,
  sendBufferSize: 4 << 20,
  lookup: (address, _options, found) => found(null, address, 4),
});
let server = '';
/** Grows: nonces of an ETR have to. */
let nonce = 1n;
let list = eidList({ family: 4, shape: 'campus', entries: 1 });
let take: (bytes: Buffer) => void = () => undefined;

/** Sends all, and takes the times from each message to its answer, by nonce; they count up from the first. */
class Exchange {
  readonly #datagrams: readonly Uint8Array[];
  readonly #first: bigint;
  readonly #window: number;
  readonly #sentAt_ms: Float64Array;
  readonly times_ms: number[] = [];
  #sent = 0;
  #latest_ms = monotonic_ms();

  constructor(datagrams: readonly Uint8Array[], first: bigint, window: number) {
    this.#datagrams = datagrams;
    this.#first = first;
    this.#window = window;
    this.#sentAt_ms = new Float64Array(datagrams.length);
  }

  async run(rate_pps: number): Promise<number> {
    const started = monotonic_ms();
    this.#latest_ms = started;
    take = (bytes) => this.#answer(bytes, rate_pps === Infinity);
    this.#send(rate_pps === Infinity ? this.#window : 1);
    while (this.times_ms.length < this.#datagrams.length) {
      if (monotonic_ms() - this.#latest_ms > SILENCE_ms)
        throw new Error(`${this.times_ms.length} of ${this.#datagrams.length} messages were answered`);
      if (rate_pps === Infinity) await delay(1);
      else {
        this.#send(Math.floor(((monotonic_ms() - started) * rate_pps) / 1000) - this.#sent);
        await new Promise(setImmediate);
      }
    }
    return monotonic_ms() - started;
  }

  #send(count: number): void {
    const end = Math.min(this.#sent + count, this.#datagrams.length, this.times_ms.length + this.#window);
    for (; this.#sent < end; this.#sent++) {
      this.#sentAt_ms[this.#sent] = monotonic_ms();
      socket.send(this.#datagrams[this.#sent] ?? '', CONTROL_PORT, server);
    }
  }

  #answer(bytes: Buffer, goesOn: boolean): void {
    const index = Number(bytes.readBigUInt64BE(NONCE_OFFSET) - this.#first);
    const sentAt_ms = this.#sentAt_ms[index];
    if (sentAt_ms === undefined || sentAt_ms === 0) return;
    this.#sentAt_ms[index] = 0; // a second answer to it would be none
    this.#latest_ms = monotonic_ms();
    this.times_ms.push(this.#latest_ms - sentAt_ms);
    if (goesOn) this.#send(1);
  }
}

function request(index: number): Uint8Array {
  return requestBytes(eidAt(list, index), nonce, itrRloc(Number(nonce % BigInt(ITRS))));
}

function datagrams({ kind, registrations, messages }: LoadSpec): Uint8Array[] {
  const random = new Random(SEED + Number(nonce));
  return Array.from({ length: messages }, () => {
    const index = random.below(registrations);
    const bytes =
      kind === 'requests' ? request(index) : registerBytes([eidAt(list, index)], nonce, etrOf(index));
    nonce += 1n;
    return bytes;
  });
}

const methods = {
  open(address: string): Promise<void> {
    server = address;
    socket.on('message', (bytes) => take(bytes));
    return new Promise((resolve) => socket.bind(CONTROL_PORT, resolve));
  },

  /** Registers all EIDs of the table, 32 records a message. @returns EIDs a second */
  async fill(registrations: number, window: number): Promise<number> {
    list = eidList({ family: 4, shape: 'campus', entries: registrations });
    let total_ms = 0;
    for (let at = 0; at < registrations; at += 1024 * RECORDS) {
      const first = nonce;
      const some: Uint8Array[] = [];
      for (let i = at; i < Math.min(at + 1024 * RECORDS, registrations); i += RECORDS) {
        const count = Math.min(RECORDS, registrations - i);
        const eids = Array.from({ length: count }, (_, j) => eidAt(list, i + j));
        some.push(registerBytes(eids, nonce, etrOf(i)));
        nonce += 1n;
      }
      total_ms += await new Exchange(some, first, window).run(Infinity);
    }
    return (registrations * 1000) / total_ms;
  },

  async load(spec: LoadSpec): Promise<Load> {
    const first = nonce;
    const exchange = new Exchange(datagrams(spec), first, spec.window);
    const total_ms = await exchange.run(spec.rate_pps ?? Infinity);
    const sorted = exchange.times_ms.sort((a, b) => a - b);
    const [p50_ms, p99_ms] = [quantile(sorted, 0.5), quantile(sorted, 0.99)];
    return { rate: (spec.messages * 1000) / total_ms, p50_ms, p99_ms };
  },
};

export type ControlLoadMethods = typeof methods;
serve(methods);
