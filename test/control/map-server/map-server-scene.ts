// SPDX-License-Identifier: Apache-2.0
// A Map-Server with a fake clock. Its messages are really signed and encoded.
import { type Address, formatAddress, formatEidPrefix, parseAddress } from '#addr/index.js';
import type { AuthenticationKey, MapServerConfig, MapServerLimits, Site } from '#control/contract/config.js';
import { Counters } from '#control/contract/counters.js';
import type { Effect, SendEffect } from '#control/contract/effect.js';
import type { ControlEvent } from '#control/contract/event.js';
import { DEFAULT_MAP_SERVER_LIMITS } from '#control/contract/limits.js';
import type { Received, TrackedNonce } from '#control/contract/inputs.js';
import { MapServer } from '#control/map-server/map-server.js';
import { locatorSet } from '#control/map-server/registration.js';
import {
  ALGORITHM_ID,
  decodeMessage,
  type EidRecord,
  type EncapsulatedControl,
  encodeMessage,
  type LocatorRecord,
  type MapNotify,
  type MapRegister,
  type MapReply,
  type MapRequest,
  verifyAuthentication,
} from '#wire/index.js';
import {
  encapsulated,
  locator,
  mapRequest as aMapRequest,
  prefix as eid,
  record,
} from '#test/helpers/messages.js';

export { eid, locator, record };

export const MS = '10.0.0.1';
export const MS_V6 = '2001:db8:ffff::1';

export const KEY: AuthenticationKey = {
  keyId: 1,
  algorithm: 'hmac-sha-256-128',
  secret: Buffer.from('site one'),
};
export const OTHER_KEY: AuthenticationKey = { ...KEY, secret: Buffer.from('site two') };

export function site(name: string, prefixes: readonly string[], more: Partial<Site> = {}): Site {
  return {
    name,
    keys: [KEY],
    strictNonces: true,
    prefixes: prefixes.map((text) => ({ eid: eid(text), acceptMoreSpecifics: true, proxyReply: false })),
    ...more,
  };
}

/** The sites of the story, and one unrelated site. */
export const SITES: readonly Site[] = [
  site('story', ['1.1.1.0/24', '2001:db8:1::/48', '[7]1.1.1.0/24']),
  site('remote', ['5.5.5.0/24'], { keys: [OTHER_KEY] }),
];

/** A withdrawal as xTRs in the field send it: TTL 0, no locators, action Drop. */
export function withdrawal(prefix: string): EidRecord {
  return record(prefix, [], { ttl_min: 0, action: 3 });
}

export interface Sender {
  readonly from: string;
  readonly to?: string;
  readonly port?: number;
  /** Default: KEY. */
  readonly key?: AuthenticationKey;
}

/** An ETR: its RLOC, its xTR-ID, and a nonce that counts up. */
export class Etr {
  nonce = 100n;
  readonly rloc: string;
  readonly xtrId: bigint | undefined;

  constructor(rloc: string, xtrId: bigint | undefined) {
    this.rloc = rloc;
    this.xtrId = xtrId;
  }

  /** The next Map-Register, with the M bit. */
  register(records: readonly EidRecord[], more: Partial<MapRegister> = {}): MapRegister {
    this.nonce += 1n;
    return {
      type: 'map-register',
      proxyReply: false,
      securityCapable: false,
      eidNotify: false,
      useTtl: false,
      merge: false,
      wantMapNotify: true,
      nonce: this.nonce,
      authentication: authentication(KEY),
      records,
      identity: this.xtrId === undefined ? undefined : { xtrId: this.xtrId, siteId: 0n },
      ...more,
    };
  }
}

export function authentication(key: AuthenticationKey): MapRegister['authentication'] {
  return { keyId: key.keyId, algorithmId: ALGORITHM_ID[key.algorithm], data: new Uint8Array() };
}

/** A Map-Request from 5.5.5.5 behind the ITR 4.4.4.4. */
export function mapRequest(eids: readonly string[], more: Partial<MapRequest> = {}): MapRequest {
  const sourceEid = { instanceId: 0, address: parseAddress('5.5.5.5') };
  return aMapRequest({ sourceEid, itrRlocs: [parseAddress('4.4.4.4')], records: eids.map(eid), ...more });
}

export function ecm(request: MapRequest, more: Partial<EncapsulatedControl> = {}): EncapsulatedControl {
  return encapsulated({
    innerSource: parseAddress('5.5.5.5'),
    innerDestination: parseAddress('1.1.1.1'),
    innerSourcePort: 50_123,
    payload: encodeMessage(request),
    ...more,
  });
}

export class Scene {
  now = 1_000_000;
  /** Nonces to keep over a restart, in order. */
  readonly kept: TrackedNonce[] = [];
  readonly counters = new Counters();
  readonly server: MapServer;
  #nonce = 0xa000n;

  constructor(
    sites: readonly Site[] = SITES,
    limits: Partial<MapServerLimits> = {},
    addresses = [MS, MS_V6],
  ) {
    const config: MapServerConfig = {
      sites,
      addresses: addresses.map(parseAddress),
      limits: { ...DEFAULT_MAP_SERVER_LIMITS, ...limits },
    };
    const random = { nonce: () => (this.#nonce += 1n), fraction: () => 0.5 };
    this.server = new MapServer(config, this.counters, random);
  }

  /** A Map-Server after a restart: it has only the stored nonces of this one. */
  restarted(sites: readonly Site[]): Scene {
    const next = new Scene(sites);
    const adopted = { mapCache: [], localEids: [], rlocsDown: [] };
    const start = { type: 'start', adopted, seed: new Uint8Array(32), nonces: this.kept } as const;
    next.server.inputs.start?.(start, next.now, []);
    return next;
  }

  /** Signs the message with the sender's key, encodes and decodes it, and handles it. */
  register(message: MapRegister, sender: Sender): Outcome {
    const header = sender.key ? authentication(sender.key) : message.authentication;
    const { secret } = sender.key ?? KEY;
    return this.registerBytes(encodeMessage({ ...message, authentication: header }, secret), sender);
  }

  registerBytes(bytes: Uint8Array, sender: Sender): Outcome {
    const decoded = decodeMessage(bytes);
    if (decoded.type !== 'map-register') throw new TypeError(decoded.type);
    return outcome((out) => {
      this.server.mapRegister(received(bytes, sender), decoded, this.now, out);
      const kept: Effect[] = [];
      this.server.flush(this.now, kept);
      for (const each of kept) if (each.type === 'keep-nonces') this.kept.push(...each.nonces);
    });
  }

  acknowledge(notify: MapNotify, sender: Sender, change: Partial<MapNotify> = {}): Outcome {
    const ack: MapNotify = { ...notify, type: 'map-notify-ack', ...change };
    const bytes = encodeMessage(ack, (sender.key ?? KEY).secret);
    const decoded = decodeMessage(bytes);
    if (decoded.type !== 'map-notify-ack') throw new TypeError(decoded.type);
    return outcome((out) => this.server.mapNotifyAck(received(bytes, sender), decoded, this.now, out));
  }

  /** Sends an Encapsulated Map-Request from the ITR 4.4.4.4. */
  request(
    request: MapRequest,
    more: Partial<EncapsulatedControl> = {},
    sender: Sender = { from: '4.4.4.4' },
  ): Outcome {
    const bytes = encodeMessage(ecm(request, more));
    const outer = decodeMessage(bytes);
    if (outer.type !== 'encapsulated-control') throw new TypeError(outer.type);
    const inner = decodeMessage(outer.payload);
    if (inner.type !== 'map-request') throw new TypeError(inner.type);
    return outcome((out) =>
      this.server.encapsulatedMapRequest(received(bytes, sender), outer, inner, this.now, out),
    );
  }

  plainRequest(request: MapRequest, sender: Sender): Outcome {
    const bytes = encodeMessage(request);
    const decoded = decodeMessage(bytes);
    if (decoded.type !== 'map-request') throw new TypeError(decoded.type);
    return outcome((out) => this.server.mapRequest(received(bytes, sender), decoded, this.now, out));
  }

  /** One call of `expire`. */
  expire(): Outcome {
    return outcome((out) => this.server.expire(this.now, out));
  }

  /** Advances the clock and wakes the Map-Server at each deadline. The time of each effect is stored. */
  advance(ms: number): Outcome & { readonly times: readonly number[] } {
    const end = this.now + ms;
    const effects: Effect[] = [];
    const times: number[] = [];
    for (
      let due = this.server.nextDeadline();
      due !== undefined && due <= end;
      due = this.server.nextDeadline()
    ) {
      this.now = Math.max(this.now, due);
      const woken = this.expire();
      effects.push(...woken.effects);
      times.push(...woken.sends.map(() => this.now));
    }
    this.now = end;
    return Object.assign(new Outcome(effects), { times });
  }

  /** '1.1.1.1/32 -> 2.2.2.2' for each registered EID-prefix. */
  get table(): string[] {
    return [...this.server.registrations.entries()].map(
      ({ eid: prefix, value }) => `${formatEidPrefix(prefix)} -> ${rlocs(locatorSet(value.etrs))}`,
    );
  }

  count(name: Parameters<Counters['get']>[0]): number {
    return this.counters.get(name);
  }
}

function outcome(step: (out: Effect[]) => void): Outcome {
  const out: Effect[] = [];
  step(out);
  return new Outcome(out);
}

function received(bytes: Uint8Array, { from, to, port }: Sender): Received {
  const source = parseAddress(from);
  const ours = parseAddress(to ?? (source.family === 4 ? MS : MS_V6));
  return { from: source, fromPort: port ?? 40_000, to: ours, bytes };
}

export function rlocs(locators: readonly LocatorRecord[]): string {
  return locators.map(({ rloc }) => formatAddress(rloc)).join(' ');
}

/** The effects of a message. Every message is encoded, as core does it. */
export class Outcome {
  readonly effects: readonly Effect[];

  constructor(effects: readonly Effect[]) {
    this.effects = effects;
    for (const send of this.sends) encodeMessage(send.message, send.key);
  }

  get sends(): SendEffect[] {
    return this.effects.filter((effect) => effect.type === 'send');
  }

  get paths(): string[] {
    return this.sends.map(path);
  }

  get events(): ControlEvent[] {
    return this.effects.flatMap((effect) => (effect.type === 'event' ? [effect.event] : []));
  }

  get eventNames(): string[] {
    return this.events.map(({ name }) => name);
  }

  /** The Map-Notify messages with their paths, checked to be signed with `key`. */
  notifies(key: AuthenticationKey = KEY): { readonly message: MapNotify; readonly path: string }[] {
    return this.sends.map((send) => {
      const bytes = encodeMessage(send.message, send.key);
      const message = decodeMessage(bytes);
      if (message.type !== 'map-notify') throw new TypeError(message.type);
      if (!verifyAuthentication(bytes, message, key.secret)) throw new Error('not signed with this key');
      return { message, path: path(send) };
    });
  }

  replies(): { readonly message: MapReply; readonly path: string; readonly bytes: number }[] {
    return this.sends.map((send) => {
      const bytes = encodeMessage(send.message);
      const message = decodeMessage(bytes);
      if (message.type !== 'map-reply') throw new TypeError(message.type);
      return { message, path: path(send), bytes: bytes.length };
    });
  }

  /** The records of all Map-Replies: '1.1.1.1/32 2.2.2.2 ttl 1440', or with the action for negative ones. */
  get answers(): string[] {
    return this.replies().flatMap(({ message }) => message.records.map(answer));
  }
}

function answer({ eid: prefix, locators, action, ttl_min }: EidRecord): string {
  const what = locators.length > 0 ? rlocs(locators) : `action ${action}`;
  return `${formatEidPrefix(prefix)} ${what} ttl ${ttl_min}`;
}

/** '10.0.0.1 > 2.2.2.2:4342' */
function path({ from, to, toPort }: { from: Address | undefined; to: Address; toPort: number }): string {
  return `${from ? formatAddress(from) : '-'} > ${formatAddress(to)}:${toPort}`;
}

export const HOST = '1.1.1.1/32';
/** The address that its ETR registers from. */
export const FROM = { from: '2.2.2.2' };

/** The story with 1.1.1.1 registered by 2.2.2.2, with proxy replies if `proxyReply`. */
export function registered(
  proxyReply: boolean,
  prefixes: readonly string[] = [HOST],
  sites?: readonly Site[],
) {
  const scene = new Scene(sites);
  const etr = new Etr('2.2.2.2', 0x22n);
  if (prefixes.length > 0)
    scene.register(
      etr.register(
        prefixes.map((prefix) => record(prefix, ['2.2.2.2'])),
        { proxyReply },
      ),
      FROM,
    );
  return { scene, etr };
}
