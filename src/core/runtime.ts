// SPDX-License-Identifier: Apache-2.0
import { type Address, type Eid, type EidPrefix, formatEidPrefix } from '../addr/index.js';
import type { Effect, LookupResult, SendEffect } from '../control/effect.js';
import type { ControlEvent } from '../control/event.js';
import type { AdoptedState } from '../control/machine.js';
import { encodeMessage } from '../wire/index.js';
import type { Agent } from './agent.js';
import type { Input } from './input.js';
import type { Clock, ControlTransport, DataPath, KernelNetwork, TrieEffect } from './ports.js';

/** The outside world of one agent. A Map-Server without an xTR has no data path and no use for the kernel's tables. */
export interface Surroundings {
  readonly clock: Clock;
  readonly transport: ControlTransport;
  readonly dataPath: DataPath | undefined;
  readonly network: KernelNetwork | undefined;
  readonly onEvent: (event: ControlEvent) => void;
}

const NOTHING_ADOPTED: AdoptedState = { mapCache: [], localEids: [] };

/** Feeds an agent with what happens and carries out, in order, what it asks for. */
export class Runtime {
  readonly #agent: Agent;
  readonly #world: Surroundings;
  readonly #lookups = new Map<number, (result: LookupResult) => void>();
  /** Mappings of this dispatch that found no room in the tries. */
  readonly #refused: EidPrefix[] = [];
  readonly #unchecked: EidPrefix[] = [];
  #nextToken = 1;
  #stopped = false;

  constructor(agent: Agent, world: Surroundings) {
    this.#agent = agent;
    this.#world = world;
  }

  /** Adopts what the tries hold, then listens. */
  start(): void {
    const { transport, dataPath, network } = this.#world;
    network?.onOwnAddresses((addresses) => this.dispatch({ type: 'own-addresses', addresses }));
    this.dispatch({ type: 'start', adopted: dataPath?.adopted() ?? NOTHING_ADOPTED });
    transport.onDatagram((datagram) => this.dispatch({ type: 'datagram', datagram }));
    dataPath?.onPunts((punts) => this.dispatch({ type: 'punts', punts }));
    network?.onEidSighted((sighting) => this.dispatch({ type: 'eid-sighted', sighting }));
    network?.onEidLost((sighting) => this.dispatch({ type: 'eid-lost', sighting }));
  }

  /** Nothing more is sent or changed; what XDP does stays as it is. */
  stop(): void {
    this.#stopped = true;
    this.#world.clock.wakeAt(undefined, () => undefined);
  }

  dispatch(input: Input): void {
    if (this.#stopped) return;
    this.#carryOut(this.#agent.handle(input, this.#world.clock.now()));
    const eids = this.#refused.splice(0);
    if (eids.length > 0)
      this.#carryOut(this.#agent.handle({ type: 'trie-refused', eids }, this.#world.clock.now()));
    this.#checkTraffic();
    this.#scheduleWake();
  }

  /** Sends a Map-Request for `eid` and waits for what comes of it. */
  lookup(eid: Eid, to: Address | undefined): Promise<LookupResult> {
    const token = this.#nextToken++;
    return new Promise((resolve) => {
      this.#lookups.set(token, resolve);
      this.dispatch({ type: 'lookup', token, eid, to });
    });
  }

  /** How many learnt map-cache entries go. */
  clearMapCache(eid: EidPrefix | undefined): Promise<number> {
    return new Promise((onFound) => this.dispatch({ type: 'clear-map-cache', eid, onFound }));
  }

  #scheduleWake(): void {
    this.#world.clock.wakeAt(this.#agent.nextDeadline(), () => this.dispatch({ type: 'wake' }));
  }

  /** After everything else, for each of these is an input of its own. */
  #checkTraffic(): void {
    for (const eid of this.#unchecked.splice(0)) {
      const { packets } = this.#world.dataPath?.traffic(eid) ?? { packets: 0 };
      this.#carryOut(this.#agent.handle({ type: 'traffic', eid, packets }, this.#world.clock.now()));
    }
  }

  #carryOut(effects: readonly Effect[]): void {
    let tries: TrieEffect[] = [];
    for (const effect of effects) {
      if (isTrieEffect(effect)) {
        tries.push(effect); // neighbours in the list go to the kernel in one batch
        continue;
      }
      this.#program(tries);
      tries = [];
      this.#perform(effect);
    }
    this.#program(tries);
  }

  #program(effects: readonly TrieEffect[]): void {
    if (effects.length === 0) return;
    for (const refused of this.#world.dataPath?.apply(effects) ?? []) {
      this.#agent.counters.add('trieFull');
      const detail = `the data path refused ${refused.type} of ${formatEidPrefix(refused.eid)}`;
      this.#world.onEvent({ name: 'table-full', eid: refused.eid, detail });
      if (refused.type === 'map-cache-set') this.#refused.push(refused.eid);
    }
  }

  #perform(effect: Exclude<Effect, TrieEffect>): void {
    switch (effect.type) {
      case 'send':
        this.#send(effect);
        break;
      case 'host-route-add':
      case 'host-route-delete':
        this.#world.network?.hostRoute(effect);
        break;
      case 'probe-host':
        this.#world.network?.probeHost(effect);
        break;
      case 'check-traffic':
        this.#unchecked.push(effect.eid);
        break;
      case 'inject':
        this.#world.dataPath?.inject(effect.frames);
        break;
      case 'keep-neighbours':
        this.#world.network?.keepNeighbours(effect.rlocs);
        break;
      case 'event':
        this.#world.onEvent(effect.event);
        break;
      case 'lookup-result':
        this.#lookups.get(effect.token)?.(effect.result);
        this.#lookups.delete(effect.token);
        break;
    }
  }

  /** What others sent can be forwarded or copied into something that no datagram holds: that is dropped, not fatal. */
  #send({ message, key, from, to, toPort }: SendEffect): void {
    let bytes: Uint8Array;
    try {
      bytes = encodeMessage(message, key);
    } catch (error) {
      this.#agent.counters.add('messagesUnsendable');
      const detail = `cannot be sent: ${(error as Error).message}`;
      this.#world.onEvent({ name: 'message-rejected', peer: to, detail });
      return;
    }
    this.#world.transport.send(bytes, from, to, toPort);
  }
}

function isTrieEffect(effect: Effect): effect is TrieEffect {
  switch (effect.type) {
    case 'map-cache-set':
    case 'map-cache-delete':
    case 'local-eid-set':
    case 'local-eid-delete':
      return true;
    default:
      return false;
  }
}
