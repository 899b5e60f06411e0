// SPDX-License-Identifier: Apache-2.0
import type { MapServerConfig, XtrConfig } from '#control/contract/config.js';
import { Counters } from '#control/contract/counters.js';
import type { Effect } from '#control/contract/effect.js';
import type { Datagram, Input, InputOf, Received } from '#control/contract/inputs.js';
import type { InputHandlers, Machine, Random, Role } from '#control/contract/machine.js';
import { Dispatch } from '#control/kit/dispatch.js';
import { earlier, report } from '#control/kit/part.js';
import { Refusals } from '#control/kit/refusals.js';
import { SeededRandom } from '#control/kit/seeded-random.js';
import { MapServer } from '#control/map-server/map-server.js';
import { Xtr } from '#control/xtr.js';
import {
  type ControlMessage,
  type EncapsulatedControl,
  type MapRequest,
  WireError,
  decodeMessage,
} from '#wire/index.js';

/**
 * The node without I/O: inputs in, a list of effects out. It is pure except for its state, so a list of
 * (time, inputs) replays a run.
 */
export class Agent implements Machine {
  readonly counters = new Counters();
  readonly xtr: Xtr | undefined;
  readonly mapServer: MapServer | undefined;
  readonly #inputs: InputHandlers = {
    start: ({ seed }) => this.#random.seed?.(seed),
    datagram: ({ datagram }, now, out) => {
      this.#datagram(datagram, now, out);
    },
    wake: (_, now, out) => {
      this.expire(now, out);
    },
    unsendable: (input, _, out) => {
      this.#unsendable(input, out);
    },
  };
  readonly #random: Random;
  readonly #roles: readonly Role[];
  readonly #dispatch: Dispatch;
  readonly #rejections = new Refusals();

  constructor(
    xtr: XtrConfig | undefined,
    mapServer: MapServerConfig | undefined,
    random: Random = new SeededRandom(),
  ) {
    this.#random = random;
    this.xtr = xtr && new Xtr(xtr, this.counters, random);
    this.mapServer = mapServer && new MapServer(mapServer, this.counters, random);
    this.#roles = [this.xtr, this.mapServer].filter((role) => role !== undefined);
    this.#dispatch = new Dispatch([
      { inputs: this.#inputs },
      ...this.#roles.flatMap(({ handlers }) => handlers),
    ]);
  }

  /**
   * Handles inputs together, so that they share Map-Registers and batches of effects.
   * @param now CLOCK_MONOTONIC, milliseconds
   */
  handle(inputs: readonly Input[], now: number): Effect[] {
    const out: Effect[] = [];
    for (const input of inputs) this.#dispatch.input(input, now, out);
    for (const role of this.#roles) role.flush(now, out);
    return out;
  }

  nextDeadline(): number | undefined {
    return earlier(this.xtr?.nextDeadline(), this.mapServer?.nextDeadline());
  }

  expire(now: number, out: Effect[]): void {
    for (const role of this.#roles) role.expire(now, out);
  }

  #datagram(datagram: Datagram, now: number, out: Effect[]): void {
    try {
      this.#message(datagram, decodeMessage(datagram.bytes), now, out);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#rejected(datagram, error, now, out);
    }
  }

  #message(received: Received, message: ControlMessage, now: number, out: Effect[]): void {
    if (message.type === 'map-request') this.#mapRequest(received, message, now, out);
    else if (message.type === 'encapsulated-control') this.#encapsulated(received, message, now, out);
    else if (!this.#dispatch.message(received, message, now, out)) this.#unexpected();
  }

  #mapRequest(received: Received, request: MapRequest, now: number, out: Effect[]): void {
    // SMRs and RLOC-probes are for xTRs alone (RFC 9301 sections 5.2 and 6.1).
    const isForXtr = request.smr || request.probe || this.#isEtrFor(request);
    const role = isForXtr ? (this.xtr ?? this.mapServer) : (this.mapServer ?? this.xtr);
    role?.mapRequest(received, request, now, out);
  }

  #encapsulated(received: Received, ecm: EncapsulatedControl, now: number, out: Effect[]): void {
    const request = decodeMessage(ecm.payload);
    if (request.type !== 'map-request') {
      this.#unexpected();
      return;
    }
    const role = this.#isEtrFor(request) ? this.xtr : (this.mapServer ?? this.xtr);
    role?.encapsulatedMapRequest(received, ecm, request, now, out);
  }

  /** On a node with both roles, the ETR answers for its own EIDs and the Map-Server for all others. */
  #isEtrFor(request: MapRequest): boolean {
    return this.xtr !== undefined && request.records.every((eid) => this.xtr?.ownsEid(eid));
  }

  #unexpected(): void {
    this.counters.add('unexpectedMessages');
  }

  /** RFC 9301 section 5.1: a message with an unrecognized AFI MUST be dropped, and the event MUST be logged. */
  #rejected(datagram: Datagram, error: WireError, now: number, out: Effect[]): void {
    this.counters.add('malformedMessages');
    const detail = error.message;
    this.#rejections.report({ name: 'message-rejected', peer: datagram.from, detail }, now, out);
  }

  #unsendable({ to, problem }: InputOf<'unsendable'>, out: Effect[]): void {
    this.counters.add('messagesUnsendable');
    out.push(report({ name: 'message-rejected', peer: to, detail: `cannot be sent: ${problem}` }));
  }
}
