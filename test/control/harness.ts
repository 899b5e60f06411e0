// SPDX-License-Identifier: Apache-2.0
// A test bench for an xTR: inputs by name, a fake clock, effects as log lines.
import { type Address, formatAddress, formatEidPrefix } from '#addr/index.js';
import type { XtrConfig } from '#control/contract/config.js';
import { Counters } from '#control/contract/counters.js';
import type { Effect } from '#control/contract/effect.js';
import type { Forwarding, LocalEid } from '#control/contract/forwarding.js';
import type { AdoptedState, Discovery, Input, Punt, PuntReason, Received } from '#control/contract/inputs.js';
import type { HandledMessage } from '#control/contract/machine.js';
import { Dispatch } from '#control/kit/dispatch.js';
import { Xtr } from '#control/xtr.js';
import {
  ALGORITHM_ID,
  CONTROL_PORT,
  type ControlMessage,
  decodeMessage,
  encodeMessage,
  type EidRecord,
  type MapNotify,
  type MapRegister,
  type MapRequest,
  verifyAuthentication,
} from '#wire/index.js';
import { encapsulated, mapReply } from '#test/helpers/messages.js';
import { innermost, line } from './lines.js';
import { EID_PORT, eid, KEY, MAP_SERVER, prefix, repeatable, request, rloc, RLOC_PORT } from './named.js';

export * from './named.js';

export class Bench {
  readonly counters = new Counters();
  readonly xtr: Xtr;
  now = 1_000_000;
  /** Effects of the last input. */
  effects: readonly Effect[] = [];
  /** Contents of the map-cache trie after all effects so far. */
  readonly mapCacheTrie = new Map<string, Forwarding>();
  readonly localEidTrie = new Map<string, LocalEid>();
  /** RLOCs whose next hops are kept resolved. */
  neighbours: readonly string[] = [];
  /** Number of punts without a mapping so far. */
  misses = 0;
  readonly #dispatch: Dispatch;
  readonly #rlocs: readonly Address[];

  constructor(config: XtrConfig, random = repeatable()) {
    this.xtr = new Xtr(config, this.counters, random);
    this.#dispatch = new Dispatch(this.xtr.handlers);
    this.#rlocs = config.rlocs.map(({ address }) => address);
  }

  start(adopted: Partial<AdoptedState> = {}): this {
    const state = { mapCache: [], localEids: [], rlocsDown: [], ...adopted };
    for (const entry of state.mapCache) this.mapCacheTrie.set(formatEidPrefix(entry.eid), entry.forwarding);
    for (const { eid: key, entry } of state.localEids) this.localEidTrie.set(formatEidPrefix(key), entry);
    return this.input({ type: 'start', adopted: state, seed: new Uint8Array(32), nonces: [] });
  }

  /** Advances the clock and wakes the machine at each deadline. `effects` has all effects of this time. */
  pass(milliseconds: number): this {
    const end = this.now + milliseconds;
    const effects: Effect[] = [];
    for (let next = this.xtr.nextDeadline(); next !== undefined && next <= end;) {
      this.now = Math.max(this.now, next);
      for (const effect of this.expire().effects) effects.push(effect);
      next = this.xtr.nextDeadline();
    }
    this.now = end;
    this.effects = effects;
    return this;
  }

  punt(reason: PuntReason, from: string, to: string, more: Partial<Punt> = {}): this {
    if (reason === 'map-cache-miss') this.misses += 1;
    return this.punts([this.puntOf(reason, from, to, more)]);
  }

  puntOf(reason: PuntReason, from: string, to: string, more: Partial<Punt> = {}): Punt {
    return {
      reason,
      ifindex: reason === 'stale' ? RLOC_PORT : EID_PORT,
      instanceId: eid(to).instanceId,
      sourceEid: eid(from).address,
      destinationEid: eid(to).address,
      outerSource: undefined,
      at_ms: this.now,
      frame: new Uint8Array(),
      ...more,
    };
  }

  sight(text: string, ifindex = EID_PORT, discovery: Discovery = 'ARP/ND'): this {
    return this.input({ type: 'eid-sighted', sighting: { eid: eid(text), ifindex, discovery } });
  }

  lose(text: string, ifindex = EID_PORT, discovery: Discovery = 'Local Address'): this {
    return this.input({ type: 'eid-lost', sighting: { eid: eid(text), ifindex, discovery } });
  }

  /** Reports the number of packets that a map-cache entry has carried. */
  traffic(text: string, packets: number): this {
    return this.input({ type: 'traffic', eid: prefix(text), packets });
  }

  lookup(token: number, text: string, to?: string): this {
    return this.input({ type: 'lookup', token, eid: eid(text), to: to === undefined ? undefined : rloc(to) });
  }

  /** Clears all learnt entries, or those inside a prefix. */
  clear(text?: string): this {
    const what = text === undefined ? undefined : prefix(text);
    return this.input({ type: 'clear-map-cache', token: 1, eid: what });
  }

  /** Number of entries to be removed, if the last input reported it. */
  get cleared(): number | undefined {
    return this.effects.find((effect) => effect.type === 'cleared')?.count;
  }

  /** A plain Map-Request. */
  ask(from: string, message: MapRequest, fromPort = CONTROL_PORT): this {
    return this.askAt({ ...this.received(from), fromPort }, message);
  }

  askAt(received: Received, message: MapRequest): this {
    return this.did((out) => {
      this.xtr.mapRequest(received, message, this.now, out);
    });
  }

  /** An SMR about `moved`, as we send it. */
  smr(from: string, moved: string, remote = '5.5.5.5'): this {
    const eids = { sourceEid: eid(moved), records: [prefix(remote)] };
    return this.ask(from, request({ smr: true, dontMapReply: true, itrRlocs: [rloc(from)], ...eids }));
  }

  /** A Map-Request that a Map-Server forwards. */
  forward(message: MapRequest, innerSourcePort = CONTROL_PORT): this {
    const ends = { innerSource: rloc('1.1.1.1'), innerDestination: rloc('1.1.1.1') };
    const ecm = encapsulated({ ...ends, innerSourcePort });
    return this.did((out) => {
      this.xtr.encapsulatedMapRequest(this.received(MAP_SERVER), ecm, message, this.now, out);
    });
  }

  /** A Map-Reply to the last Map-Request sent. */
  reply(from: string, ...records: EidRecord[]): this {
    return this.replyTo(this.lastNonce, from, ...records);
  }

  replyTo(nonce: bigint, from: string, ...records: EidRecord[]): this {
    return this.message(this.received(from), mapReply(nonce, records));
  }

  /** An authenticated Map-Notify. */
  notify(nonce: bigint, records: readonly EidRecord[], more: Partial<MapNotify> = {}, key = KEY): this {
    const bytes = encodeMessage(
      {
        type: 'map-notify',
        nonce,
        authentication: { keyId: 1, algorithmId: ALGORITHM_ID[key.algorithm], data: new Uint8Array() },
        records,
        identity: undefined,
        ...more,
      },
      key.secret,
    );
    const message = decodeMessage(bytes) as MapNotify;
    return this.message({ ...this.received(MAP_SERVER), bytes }, message);
  }

  /** Acknowledges the last Map-Register. */
  acknowledge(): this {
    const last = this.registers.at(-1);
    if (last === undefined) throw new Error('no Map-Register was sent');
    return this.notify(last.nonce, last.records);
  }

  received(from: string): Received {
    const own = this.#rlocs[0] ?? rloc('192.0.2.1');
    return { from: rloc(from), fromPort: CONTROL_PORT, to: own, bytes: new Uint8Array() };
  }

  /** All Map-Registers so far. */
  readonly registers: MapRegister[] = [];
  /** Nonce of the last Map-Request that was not an SMR. */
  lastNonce = 0n;

  /** Effects as lines, without events. */
  get lines(): string[] {
    return this.effects.filter((effect) => effect.type !== 'event').map(line);
  }

  /** Names of the events. */
  get events(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'event' ? [effect.event.name] : []));
  }

  /** Messages sent, as lines. */
  get sent(): string[] {
    return this.effects.filter((effect) => effect.type === 'send').map(line);
  }

  punts(punts: readonly Punt[]): this {
    return this.input({ type: 'punts', punts });
  }

  input(input: Input): this {
    return this.did((out) => {
      this.#dispatch.input(input, this.now, out);
    });
  }

  /** Handles one of very many inputs; its effects are not stored. */
  flood(input: Input): void {
    const out: Effect[] = [];
    this.#dispatch.input(input, this.now, out);
    this.effects = out;
  }

  message(received: Received, message: HandledMessage): this {
    return this.did((out) => {
      this.#dispatch.message(received, message, this.now, out);
    });
  }

  expire(): this {
    return this.did((out) => {
      this.xtr.expire(this.now, out);
    });
  }

  did(step: (out: Effect[]) => void): this {
    const out: Effect[] = [];
    step(out);
    this.xtr.flush(this.now, out);
    this.effects = out;
    for (const effect of this.effects) this.#follow(effect);
    return this;
  }

  #follow(effect: Effect): void {
    if (effect.type === 'map-cache-set')
      this.mapCacheTrie.set(formatEidPrefix(effect.eid), effect.forwarding);
    if (effect.type === 'map-cache-delete') this.mapCacheTrie.delete(formatEidPrefix(effect.eid));
    if (effect.type === 'local-eid-set') this.localEidTrie.set(formatEidPrefix(effect.eid), effect.entry);
    if (effect.type === 'local-eid-delete') this.localEidTrie.delete(formatEidPrefix(effect.eid));
    if (effect.type === 'keep-neighbours') this.neighbours = effect.rlocs.map(formatAddress);
    if (effect.type !== 'send') return;
    const inner = innermost(effect.message);
    if (inner.type === 'map-request' && !inner.smr) this.lastNonce = inner.nonce;
    if (inner.type === 'map-register') this.registers.push(inner);
    checkEncodes(effect.message, effect.key);
  }
}

/** Checks that a message can be encoded, signed and decoded. */
function checkEncodes(message: ControlMessage, key: Uint8Array | undefined): void {
  const bytes = encodeMessage(message, key);
  const read = decodeMessage(bytes);
  if ('authentication' in read && (key === undefined || !verifyAuthentication(bytes, read, key)))
    throw new Error(`${read.type} is not signed`);
}
