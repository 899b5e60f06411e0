// SPDX-License-Identifier: Apache-2.0
import type { MapServerConfig, XtrConfig } from '#control/contract/config.js';
import { Counters } from '#control/contract/counters.js';
import type { Effect } from '#control/contract/effect.js';
import type { Machine, Random } from '#control/contract/machine.js';
import type { Received } from '#control/contract/inputs.js';
import { MapServer } from '#control/map-server/map-server.js';
import { earlier } from '#control/kit/part.js';
import { Refusals } from '#control/kit/refusals.js';
import { Xtr } from '#control/xtr.js';
import {
  type ControlMessage,
  type EncapsulatedControl,
  type MapRequest,
  WireError,
  decodeMessage,
} from '#wire/index.js';
import type { Datagram, Input } from './input.js';

/**
 * The node without its surroundings: every input in, a list of effects out. Pure but for the state it holds, so that a
 * recorded list of (time, input) replays a run.
 */
export class Agent implements Machine {
  readonly counters = new Counters();
  readonly xtr: Xtr | undefined;
  readonly mapServer: MapServer | undefined;
  readonly #rejections = new Refusals();

  constructor(xtr: XtrConfig | undefined, mapServer: MapServerConfig | undefined, random: Random) {
    this.xtr = xtr && new Xtr(xtr, this.counters, random);
    this.mapServer = mapServer && new MapServer(mapServer, this.counters, random);
  }

  /**
   * What came together shares Map-Registers, and its effects can share batches.
   * @param now CLOCK_MONOTONIC, milliseconds
   */
  handle(inputs: readonly Input[], now: number): Effect[] {
    const effects: Effect[] = [];
    for (const input of inputs) for (const effect of this.#handle(input, now)) effects.push(effect);
    for (const effect of this.xtr?.flush(now) ?? []) effects.push(effect);
    return effects;
  }

  /** Since `written_ms` the tries have what was handled at `now`. */
  written(now: number, written_ms: number): void {
    this.xtr?.written(now, written_ms);
  }

  #handle(input: Input, now: number): Effect[] {
    switch (input.type) {
      case 'start':
        return this.xtr?.start(input.adopted, now) ?? [];
      case 'datagram':
        return this.#datagram(input.datagram, now);
      case 'punts':
        return this.xtr?.punts(input.punts, now) ?? [];
      case 'eid-sighted':
        return this.xtr?.eidSighted(input.sighting, now) ?? [];
      case 'eid-lost':
        return this.xtr?.eidLost(input.sighting, now) ?? [];
      case 'own-addresses':
        return this.xtr?.ownAddresses(input.addresses) ?? [];
      case 'trie-refused':
        return this.xtr?.trieRefused(input.eids) ?? [];
      case 'eid-interfaces':
        this.xtr?.eidInterfaces(input.interfaces);
        return [];
      case 'traffic':
        return this.xtr?.traffic(input.eid, input.packets, now) ?? [];
      case 'wake':
        return this.expire(now);
      case 'lookup':
        return this.xtr?.lookup(input.token, input.eid, input.to, now) ?? [];
      case 'clear-map-cache':
        return this.#clearMapCache(input, now);
    }
  }

  nextDeadline(): number | undefined {
    return earlier(this.xtr?.nextDeadline(), this.mapServer?.nextDeadline());
  }

  expire(now: number): Effect[] {
    const out = this.xtr?.expire(now) ?? [];
    this.mapServer?.expire(now, out);
    return out;
  }

  #clearMapCache({ eid, onFound }: Extract<Input, { type: 'clear-map-cache' }>, now: number): Effect[] {
    if (this.xtr !== undefined) return this.xtr.clearMapCache(eid, now, onFound);
    onFound(0);
    return [];
  }

  #datagram(datagram: Datagram, now: number): Effect[] {
    try {
      return this.#message(datagram, decodeMessage(datagram.bytes), now);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return this.#rejected(datagram, error, now);
    }
  }

  #message(received: Received, message: ControlMessage, now: number): Effect[] {
    switch (message.type) {
      case 'map-request':
        return this.#mapRequest(received, message, now);
      case 'encapsulated-control':
        return this.#encapsulated(received, message, now);
      case 'map-reply':
        return this.xtr?.mapReply(received, message, now) ?? this.#unexpected();
      case 'map-register':
        return this.#atMapServer((server, out) => server.mapRegister(received, message, now, out));
      case 'map-notify':
        return this.xtr?.mapNotify(received, message, now) ?? this.#unexpected();
      case 'map-notify-ack':
        return this.#atMapServer((server, out) => server.mapNotifyAck(received, message, now, out));
    }
  }

  #mapRequest(received: Received, request: MapRequest, now: number): Effect[] {
    // SMRs and RLOC-probes are for xTRs alone (RFC 9301 sections 5.2 and 6.1).
    const isForXtr = request.smr || request.probe || this.#isEtrFor(request);
    if (this.xtr && (isForXtr || !this.mapServer)) return this.xtr.mapRequest(received, request, now);
    return this.#atMapServer((server, out) => server.mapRequest(received, request, now, out));
  }

  #encapsulated(received: Received, ecm: EncapsulatedControl, now: number): Effect[] {
    const request = decodeMessage(ecm.payload);
    if (request.type !== 'map-request') return this.#unexpected();
    if (this.xtr && (this.#isEtrFor(request) || !this.mapServer))
      return this.xtr.encapsulatedMapRequest(received, ecm, request, now);
    return this.#atMapServer((server, out) =>
      server.encapsulatedMapRequest(received, ecm, request, now, out),
    );
  }

  #atMapServer(step: (server: MapServer, out: Effect[]) => void): Effect[] {
    if (this.mapServer === undefined) return this.#unexpected();
    const out: Effect[] = [];
    step(this.mapServer, out);
    return out;
  }

  /** On a node that is both, the ETR answers for its own EIDs and the Map-Server for everything else. */
  #isEtrFor(request: MapRequest): boolean {
    return this.xtr !== undefined && request.records.every((eid) => this.xtr?.ownsEid(eid));
  }

  #unexpected(): Effect[] {
    this.counters.add('unexpectedMessages');
    return [];
  }

  /** RFC 9301 section 5.1: a message with an unrecognized AFI MUST be dropped, and the event MUST be logged. */
  #rejected(datagram: Datagram, error: WireError, now: number): Effect[] {
    this.counters.add('malformedMessages');
    const out: Effect[] = [];
    this.#rejections.report(
      { name: 'message-rejected', peer: datagram.from, detail: error.message },
      now,
      out,
    );
    return out;
  }
}
