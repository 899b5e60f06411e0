// SPDX-License-Identifier: Apache-2.0
import type { Address, Eid, EidPrefix } from '#addr/index.js';
import type { Effect, LookupResult, SendEffect } from '#control/contract/effect.js';
import type { ControlEvent } from '#control/contract/event.js';
import type { AdoptedState, Input } from '#control/contract/inputs.js';
import { encodeMessage } from '#wire/index.js';
import type { Agent } from './agent.js';
import type { Clock, ControlTransport, DataPath, KernelNetwork, NonceMemory, TableEffect } from './ports.js';
import type { Recorder } from './recorder.js';

/** The ports of one agent. A Map-Server without an xTR has no data path and needs no kernel network. */
export interface RuntimePorts {
  readonly clock: Clock;
  readonly transport: ControlTransport;
  readonly dataPath: DataPath | undefined;
  readonly network: KernelNetwork | undefined;
  /** Undefined on a node that is not a Map-Server. */
  readonly nonces: NonceMemory | undefined;
  /** Returns 32 unpredictable bytes, new ones at each call. */
  readonly seed: () => Uint8Array;
  readonly onEvent: (event: ControlEvent) => void;
  readonly recorder?: Recorder | undefined;
  /**
   * Calls `handle` once all sockets that are readable now have been read, before the event loop waits again.
   * If it is undefined, every input is handled at once.
   */
  readonly afterReading?: (handle: () => void) => void;
}

/** Maximum number of inputs handled together; at the limit they do not wait for more. */
export const MAX_TURN_INPUTS = 512;

const NOTHING_ADOPTED: AdoptedState = { mapCache: [], localEids: [], rlocsDown: [] };

/**
 * Gives inputs to an agent and carries out its effects. The inputs of one turn of the event loop are handled
 * together: hosts that appear together share Map-Registers, and the tries are written in one batch.
 */
export class Runtime {
  readonly #agent: Agent;
  readonly #ports: RuntimePorts;
  readonly #lookups = new Map<number, (result: LookupResult) => void>();
  readonly #clears = new Map<number, (count: number) => void>();
  /** Inputs that the effects of this turn caused. */
  readonly #outcomes: Input[] = [];
  readonly #unchecked: EidPrefix[] = [];
  /** Inputs of this turn. */
  #inputs: Input[] = [];
  /** Reports the last write of the tries; handled with the next inputs. */
  #written: Input | undefined;
  #nextToken = 1;
  #stopped = false;

  constructor(agent: Agent, ports: RuntimePorts) {
    this.#agent = agent;
    this.#ports = ports;
  }

  /** Adopts the contents of the tries, then listens. */
  start(): void {
    const { transport, dataPath, network, nonces, seed } = this.#ports;
    network?.onOwnAddresses((addresses) => this.dispatch({ type: 'own-addresses', addresses }));
    const adopted = dataPath?.adopted() ?? NOTHING_ADOPTED;
    this.dispatch({ type: 'start', adopted, seed: seed(), nonces: nonces?.restored() ?? [] });
    transport.onDatagram((datagram) => this.#take({ type: 'datagram', datagram }));
    dataPath?.onPunts((punts) => this.#take({ type: 'punts', punts }));
    network?.onEidSighted((sighting) => this.#take({ type: 'eid-sighted', sighting }));
    network?.onRouteMtu((rloc, mtu_bytes) => this.#take({ type: 'route-mtu', rloc, mtu_bytes }));
    network?.onEidLost((sighting) => this.#take({ type: 'eid-lost', sighting }));
  }

  /** Stops sending and changing anything. XDP goes on forwarding. */
  stop(): void {
    this.#stopped = true;
    this.#ports.recorder?.end(this.#agent.counters);
    this.#ports.clock.wakeAt(undefined, () => undefined);
  }

  /** Handles the input now, after the earlier ones. */
  dispatch(input: Input): void {
    this.#inputs.push(input);
    this.#turn();
  }

  /** Handles the input together with all others that can be read now. */
  #take(input: Input): void {
    const { afterReading } = this.#ports;
    if (afterReading === undefined || this.#inputs.length + 1 >= MAX_TURN_INPUTS) return this.dispatch(input);
    this.#inputs.push(input);
    if (this.#inputs.length === 1) afterReading(() => this.#turn());
  }

  #turn(): void {
    const inputs = this.#inputs;
    this.#inputs = [];
    if (this.#stopped || inputs.length === 0) return;
    this.#handle(inputs);
    const outcomes = this.#outcomes.splice(0);
    if (outcomes.length > 0) this.#handle(outcomes);
    this.#checkTraffic();
    this.#scheduleWake();
  }

  /**
   * Writes the tries first, in one batch, and then carries out all other effects in order: forwarding works
   * before other nodes are told. A frame whose mapping is added and removed in one turn is punted again when
   * it is injected.
   */
  #handle(inputs: Input[]): void {
    const { clock, recorder } = this.#ports;
    if (this.#written !== undefined) inputs.unshift(this.#written);
    this.#written = undefined;
    const now = clock.now();
    const effects = recorder?.turn(this.#agent, inputs, now) ?? this.#agent.handle(inputs, now);
    const tables = effects.filter(isTableEffect);
    if (tables.length > 0) {
      this.#program(tables);
      this.#written = { type: 'written', began_ms: now, written_ms: clock.now() };
    }
    for (const effect of effects) if (!isTableEffect(effect)) this.#perform(effect);
  }

  /** Sends a Map-Request for `eid` and waits for the result. */
  lookup(eid: Eid, to: Address | undefined): Promise<LookupResult> {
    const token = this.#nextToken++;
    return new Promise((resolve) => {
      this.#lookups.set(token, resolve);
      this.dispatch({ type: 'lookup', token, eid, to });
    });
  }

  /** Clears learnt map-cache entries. Returns their number. */
  clearMapCache(eid: EidPrefix | undefined): Promise<number> {
    if (this.#agent.xtr === undefined) return Promise.resolve(0);
    const token = this.#nextToken++;
    return new Promise((resolve) => {
      this.#clears.set(token, resolve);
      this.dispatch({ type: 'clear-map-cache', token, eid });
    });
  }

  #scheduleWake(): void {
    this.#ports.clock.wakeAt(this.#agent.nextDeadline(), () => this.dispatch({ type: 'wake' }));
  }

  /** Runs last, because each answer is an input of its own. */
  #checkTraffic(): void {
    for (const eid of this.#unchecked.splice(0)) {
      const { packets } = this.#ports.dataPath?.traffic(eid) ?? { packets: 0 };
      this.#handle([{ type: 'traffic', eid, packets }]);
    }
  }

  #program(effects: readonly TableEffect[]): void {
    const refused = this.#ports.dataPath?.apply(effects) ?? [];
    if (refused.length === 0) return;
    this.#outcomes.push({ type: 'trie-refused', refused: refused.map(({ type, eid }) => ({ type, eid })) });
  }

  #perform(effect: Exclude<Effect, TableEffect>): void {
    switch (effect.type) {
      case 'send':
        this.#send(effect);
        break;
      case 'host-route-add':
      case 'host-route-delete':
        this.#ports.network?.hostRoute(effect);
        break;
      case 'probe-host':
        this.#ports.network?.probeHost(effect);
        break;
      case 'check-traffic':
        this.#unchecked.push(effect.eid);
        break;
      case 'inject':
        this.#ports.dataPath?.inject(effect.frames);
        break;
      case 'originate':
        this.#ports.dataPath?.originate(effect);
        break;
      case 'keep-neighbours':
        this.#ports.network?.keepNeighbours(effect.rlocs);
        break;
      case 'event':
        this.#ports.onEvent(effect.event);
        break;
      case 'lookup-result':
        this.#lookups.get(effect.token)?.(effect.result);
        this.#lookups.delete(effect.token);
        break;
      case 'cleared':
        this.#clears.get(effect.token)?.(effect.count);
        this.#clears.delete(effect.token);
        break;
      case 'keep-nonces':
        this.#ports.nonces?.keep(effect.nonces);
        break;
    }
  }

  /**
   * Sends a message. A message that cannot be encoded is dropped and not fatal: its content was copied from
   * what another node sent.
   */
  #send({ message, key, from, to, toPort }: SendEffect): void {
    let bytes: Uint8Array;
    try {
      bytes = encodeMessage(message, key);
    } catch (error) {
      this.#outcomes.push({ type: 'unsendable', to, problem: (error as Error).message });
      return;
    }
    this.#ports.transport.send(bytes, from, to, toPort);
  }
}

function isTableEffect(effect: Effect): effect is TableEffect {
  switch (effect.type) {
    case 'map-cache-set':
    case 'map-cache-delete':
    case 'local-eid-set':
    case 'local-eid-delete':
    case 'rloc-state':
    case 'rloc-mtu':
      return true;
    default:
      return false;
  }
}
