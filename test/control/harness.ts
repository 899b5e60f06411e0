// SPDX-License-Identifier: Apache-2.0
// An xTR on a bench: inputs by name, a clock that stands still, effects as lines that read like a log.
import {
  type Address,
  type Eid,
  type EidPrefix,
  formatAddress,
  formatEid,
  formatEidPrefix,
  parseAddress,
  parsePrefix,
} from '../../src/addr/index.js';
import type { AuthenticationKey, MapServerPeer, XtrConfig } from '../../src/control/config.js';
import { Counters } from '../../src/control/counters.js';
import type { Effect, Forwarding, ForwardingLocator, LocalEid } from '../../src/control/effect.js';
import { DEFAULT_XTR_LIMITS } from '../../src/control/limits.js';
import type {
  AdoptedState,
  Discovery,
  Punt,
  PuntReason,
  Random,
  Received,
} from '../../src/control/machine.js';
import { Xtr } from '../../src/control/xtr.js';
import {
  ALGORITHM_ID,
  CONTROL_PORT,
  type ControlMessage,
  decodeMessage,
  encodeMessage,
  type EidRecord,
  type EncapsulatedControl,
  type LocatorRecord,
  type MapNotify,
  type MapReply,
  type MapRequest,
  type MapRegister,
  verifyAuthentication,
} from '../../src/wire/index.js';

export const MAP_SERVER = '10.0.0.1';
export const MAP_RESOLVER = '10.0.0.2';
export const KEY: AuthenticationKey = {
  keyId: 1,
  algorithm: 'hmac-sha-256-128',
  secret: new TextEncoder().encode('site key'),
};
/** The EID-facing interface, and another one. */
export const EID_PORT = 7;
export const OTHER_EID_PORT = 8;
export const RLOC_PORT = 3;

export const rloc = parseAddress;

/** '1.1.1.1', or '[7]1.1.1.1'. */
export function eid(text: string): Eid {
  const { instanceId, rest } = splitInstance(text);
  return { instanceId, address: parseAddress(rest) };
}

/** '1.1.1.0/24', or '[7]1.1.1.0/24'; without a length a host. */
export function prefix(text: string): EidPrefix {
  const { instanceId, rest } = splitInstance(text);
  const host = rest.includes(':') ? '/128' : '/32';
  return { instanceId, prefix: parsePrefix(rest.includes('/') ? rest : rest + host) };
}

function splitInstance(text: string): { instanceId: number; rest: string } {
  const [, instance = '0', rest = text] = /^\[(\d+)\](.*)$/.exec(text) ?? [];
  return { instanceId: Number(instance), rest };
}

export function peer(address: string, key = KEY): MapServerPeer {
  return { address: parseAddress(address), key, proxyReply: false };
}

/** An xTR with these RLOCs, and nothing behind it. */
export function configOf(rlocs: readonly string[], overrides: Partial<XtrConfig> = {}): XtrConfig {
  return {
    identity: { xtrId: 2n, siteId: 1n },
    rlocs: rlocs.map((text) => ({ address: parseAddress(text), priority: 1, weight: 100 })),
    databaseMappings: [],
    dynamicEids: [],
    eidInterfaces: [EID_PORT, OTHER_EID_PORT].map((ifindex) => ({
      name: `eid${ifindex}`,
      ifindex,
      instanceId: 0,
    })),
    mapResolvers: [parseAddress(MAP_RESOLVER)],
    mapServers: [peer(MAP_SERVER)],
    staticMappings: [{ eid: prefix('0.0.0.0/0'), forwarding: { action: 'send-map-request' } }],
    recordTtl_min: 1440,
    locatorStatusBits: false,
    firstRegisterNonce: 1000n,
    limits: DEFAULT_XTR_LIMITS,
    ...overrides,
  };
}

/** A dynamic-EID prefix, named as it is written. */
export function dynamic(text: string): XtrConfig['dynamicEids'][number] {
  return { name: text, eid: prefix(text) };
}

export function locator(text: string, overrides: Partial<LocatorRecord> = {}): LocatorRecord {
  return {
    rloc: parseAddress(text),
    priority: 1,
    weight: 100,
    multicastPriority: 255,
    multicastWeight: 0,
    local: true,
    probed: false,
    reachable: true,
    ...overrides,
  };
}

/** An EID-record; locators by address, or whole. */
export function record(
  text: string,
  locators: readonly (string | LocatorRecord)[],
  overrides: Partial<EidRecord> = {},
): EidRecord {
  return {
    eid: prefix(text),
    ttl_min: 1440,
    action: 0,
    authoritative: true,
    mapVersion: 0,
    locators: locators.map((one) => (typeof one === 'string' ? locator(one) : one)),
    ...overrides,
  };
}

export function forwardingLocator(text: string, source: string, up = true): ForwardingLocator {
  return { rloc: parseAddress(text), priority: 1, weight: 100, source: parseAddress(source), up };
}

export function request(overrides: Partial<MapRequest>): MapRequest {
  return {
    type: 'map-request',
    authoritative: false,
    probe: false,
    smr: false,
    pitr: false,
    smrInvoked: false,
    localXtr: false,
    dontMapReply: false,
    nonce: 77n,
    sourceEid: undefined,
    itrRlocs: [],
    records: [],
    mapping: undefined,
    ...overrides,
  };
}

/** Nonces 1, 2, 3 ..., and always the same fraction. */
export function repeatable(fraction = 0): Random {
  let last = 0n;
  return { nonce: () => ++last, fraction: () => fraction };
}

export class Bench {
  readonly counters = new Counters();
  readonly xtr: Xtr;
  now = 1_000_000;
  /** Of the last input. */
  effects: readonly Effect[] = [];
  /** What the map-cache trie would hold after all effects so far. */
  readonly mapCacheTrie = new Map<string, Forwarding>();
  readonly localEidTrie = new Map<string, LocalEid>();
  readonly #rlocs: readonly Address[];

  constructor(config: XtrConfig, random = repeatable()) {
    this.xtr = new Xtr(config, this.counters, random);
    this.#rlocs = config.rlocs.map(({ address }) => address);
  }

  start(adopted: Partial<AdoptedState> = {}): this {
    const state = { mapCache: [], localEids: [], ...adopted };
    for (const entry of state.mapCache) this.mapCacheTrie.set(formatEidPrefix(entry.eid), entry.forwarding);
    for (const { eid: key, entry } of state.localEids) this.localEidTrie.set(formatEidPrefix(key), entry);
    return this.did(this.xtr.start(state, this.now));
  }

  /** Lets time pass, and wakes the machine at each deadline on the way. All that came of it is in `effects`. */
  pass(milliseconds: number): this {
    const end = this.now + milliseconds;
    const effects: Effect[] = [];
    for (let next = this.xtr.nextDeadline(); next !== undefined && next <= end;) {
      this.now = Math.max(this.now, next);
      for (const effect of this.did(this.xtr.expire(this.now)).effects) effects.push(effect);
      next = this.xtr.nextDeadline();
    }
    this.now = end;
    this.effects = effects;
    return this;
  }

  punt(reason: PuntReason, from: string, to: string, more: Partial<Punt> = {}): this {
    return this.did(this.xtr.punts([this.puntOf(reason, from, to, more)], this.now));
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
    return this.did(this.xtr.eidSighted({ eid: eid(text), ifindex, discovery }, this.now));
  }

  lose(text: string, ifindex = EID_PORT, discovery: Discovery = 'Local Address'): this {
    return this.did(this.xtr.eidLost({ eid: eid(text), ifindex, discovery }, this.now));
  }

  /** A plain Map-Request. */
  ask(from: string, message: MapRequest, fromPort = CONTROL_PORT): this {
    return this.did(this.xtr.mapRequest({ ...this.received(from), fromPort }, message, this.now));
  }

  /** A Map-Request that a Map-Server forwards. */
  forward(message: MapRequest, innerSourcePort = CONTROL_PORT): this {
    const ecm: EncapsulatedControl = {
      type: 'encapsulated-control',
      security: undefined,
      ddt: false,
      innerSource: rloc('1.1.1.1'),
      innerDestination: rloc('1.1.1.1'),
      innerSourcePort,
      innerDestinationPort: CONTROL_PORT,
      payload: new Uint8Array(),
    };
    return this.did(this.xtr.encapsulatedMapRequest(this.received(MAP_SERVER), ecm, message, this.now));
  }

  /** A Map-Reply to the last Map-Request sent. */
  reply(from: string, ...records: EidRecord[]): this {
    return this.replyTo(this.lastNonce, from, ...records);
  }

  replyTo(nonce: bigint, from: string, ...records: EidRecord[]): this {
    const message: MapReply = {
      type: 'map-reply',
      probe: false,
      echoNonce: false,
      security: undefined,
      nonce,
      records,
    };
    return this.did(this.xtr.mapReply(this.received(from), message, this.now));
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
    return this.did(this.xtr.mapNotify({ ...this.received(MAP_SERVER), bytes }, message, this.now));
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

  /** Every Map-Register so far. */
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

  did(effects: readonly Effect[]): this {
    this.effects = effects;
    for (const effect of effects) this.#follow(effect);
    return this;
  }

  #follow(effect: Effect): void {
    if (effect.type === 'map-cache-set')
      this.mapCacheTrie.set(formatEidPrefix(effect.eid), effect.forwarding);
    if (effect.type === 'map-cache-delete') this.mapCacheTrie.delete(formatEidPrefix(effect.eid));
    if (effect.type === 'local-eid-set') this.localEidTrie.set(formatEidPrefix(effect.eid), effect.entry);
    if (effect.type === 'local-eid-delete') this.localEidTrie.delete(formatEidPrefix(effect.eid));
    if (effect.type !== 'send') return;
    const inner = innermost(effect.message);
    if (inner.type === 'map-request' && !inner.smr) this.lastNonce = inner.nonce;
    if (inner.type === 'map-register') this.registers.push(inner);
    checkEncodes(effect.message, effect.key);
  }
}

/** Whatever is sent can be written, signed and read again. */
function checkEncodes(message: ControlMessage, key: Uint8Array | undefined): void {
  const bytes = encodeMessage(message, key);
  const read = decodeMessage(bytes);
  if ('authentication' in read && (key === undefined || !verifyAuthentication(bytes, read, key)))
    throw new Error(`${read.type} is not signed`);
}

export function innermost(message: ControlMessage): ControlMessage {
  return message.type === 'encapsulated-control' ? decodeMessage(message.payload) : message;
}

/** One effect, one line. */
export function line(effect: Effect): string {
  switch (effect.type) {
    case 'send': {
      const from = effect.from === undefined ? '*' : formatAddress(effect.from);
      return `${from} > ${formatAddress(effect.to)}:${effect.toPort} ${describe(effect.message)}`;
    }
    case 'map-cache-set':
      return `map-cache ${formatEidPrefix(effect.eid)} ${describeForwarding(effect.forwarding)}`;
    case 'map-cache-delete':
      return `map-cache ${formatEidPrefix(effect.eid)} deleted`;
    case 'local-eid-set':
      return `local-eid ${formatEidPrefix(effect.eid)} ${describeLocalEid(effect.entry)}`;
    case 'local-eid-delete':
      return `local-eid ${formatEidPrefix(effect.eid)} deleted`;
    case 'host-route-add':
    case 'host-route-delete':
      return `${effect.type} ${formatEid(effect.eid)} ${effect.ifindex}`;
    case 'inject':
      return `inject ${effect.frames.map(({ frame }) => String(frame[0] ?? '')).join(' ')}`;
    case 'keep-neighbours':
      return `keep-neighbours ${effect.rlocs.map(formatAddress).sort().join(' ')}`;
    case 'event':
      return `event ${effect.event.name}`;
    case 'lookup-result': {
      const { outcome, attempts, rtt_ms, from } = effect.result;
      const source = from === undefined ? '' : ` from ${formatAddress(from)}`;
      return `lookup ${effect.token} ${outcome}${source}, ${attempts} attempts, ${rtt_ms} ms`;
    }
  }
}

function describe(message: ControlMessage): string {
  switch (message.type) {
    case 'encapsulated-control':
      return `ECM(${formatAddress(message.innerSource)} > ${formatAddress(message.innerDestination)}) ${describe(innermost(message))}`;
    case 'map-request': {
      const bits = [
        message.probe && 'P',
        message.smr && 'S',
        message.smrInvoked && 's',
        message.dontMapReply && 'D',
      ];
      const flags = bits.filter(Boolean).join('');
      const source = message.sourceEid === undefined ? '-' : formatEid(message.sourceEid);
      const itrs = message.itrRlocs.map((itr) => (itr === undefined ? '-' : formatAddress(itr)));
      return `map-request${flags && ` ${flags}`} ${source} asks ${message.records.map(formatEidPrefix).join(' ')} reply to ${itrs.join(' ')}`;
    }
    case 'map-reply':
      return `map-reply${message.probe ? ' P' : ''} ${message.records.map(describeRecord).join(', ')}`;
    default:
      return `${message.type} ${message.records.map(describeRecord).join(', ')}`;
  }
}

function describeRecord(one: EidRecord): string {
  const locators = one.locators.map(
    ({ rloc: address, probed }) => formatAddress(address) + (probed ? '(p)' : ''),
  );
  const ttl = one.ttl_min === 1440 ? '' : ` ttl ${one.ttl_min}`;
  const action = one.action === 0 ? '' : ` act ${one.action}`;
  return `${formatEidPrefix(one.eid)}=${locators.join('+') || 'none'}${ttl}${action}`;
}

export function describeForwarding(forwarding: Forwarding): string {
  return forwarding.action === 'encapsulate'
    ? `-> ${describeLocators(forwarding.locators)}`
    : forwarding.action;
}

export function describeLocalEid(entry: LocalEid): string {
  if (entry.kind === 'away') return `away -> ${describeLocators(entry.locators)}`;
  if (entry.kind === 'dynamic') return 'dynamic';
  return entry.dynamic ? `local on ${entry.ifindex}` : 'local';
}

function describeLocators(locators: readonly ForwardingLocator[]): string {
  return locators.map((one) => formatAddress(one.rloc) + (one.up ? '' : '(down)')).join('+');
}
