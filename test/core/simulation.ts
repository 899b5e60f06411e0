// SPDX-License-Identifier: Apache-2.0
// Simulates several agents on one fake clock. Messages are exchanged as bytes. The data paths are the tries
// that the effects describe, with the decisions of bpf/lib/{eid,rloc}_path.h. A run takes no real time and is
// deterministic.
import { createHash } from 'node:crypto';
import {
  type Address,
  type Eid,
  EidTable,
  formatAddress,
  formatEidPrefix,
  hostEidPrefix,
  parseAddress,
} from '#addr/index.js';
import type { MapServerConfig, XtrConfig } from '#control/contract/config.js';
import type { HeldFrame } from '#control/contract/effect.js';
import type { Forwarding, LocalEid } from '#control/contract/forwarding.js';
import type { ControlEvent, EventName } from '#control/contract/event.js';
import type { AdoptedState, EidSighting, Punt, PuntReason, TrackedNonce } from '#control/contract/inputs.js';
import { Agent } from '#core/agent.js';
import type { Datagram } from '#control/contract/inputs.js';
import type {
  Clock,
  ControlTransport,
  DataPath,
  KernelNetwork,
  TableEffect,
  TrieEffect,
} from '#core/ports.js';
import { Recorder } from '#core/recorder.js';
import { Runtime } from '#core/runtime.js';

/** One-way delay, milliseconds. */
export const DELAY_ms = 1;
/** Delay from XDP to the agent, milliseconds. */
const PUNT_ms = 0.1;
export const EID_PORT = 7;

interface Packet {
  readonly source: Eid;
  readonly destination: Eid;
  readonly number: number;
}

export class Simulation {
  readonly nodes = new Map<string, SimulatedNode>();
  /** All nodes, also those that were restarted since. */
  readonly all: SimulatedNode[] = [];
  /** Numbers of the packets that reached a host, with the last node. */
  readonly delivered: { readonly number: number; readonly by: string }[] = [];
  /** The nodes that each host is behind, by its address. The host answers probes of these nodes. */
  readonly hosts = new Map<string, readonly string[]>();
  readonly events: { readonly at_ms: number; readonly node: string; readonly event: ControlEvent }[] = [];
  /** Nodes whose control messages are lost in both directions. */
  readonly cut = new Set<string>();
  readonly #pending: { at_ms: number; order: number; run: () => void }[] = [];
  #now = 1_000;
  #order = 0;
  /** Seeds of the nodes so far. */
  readonly seeds: Uint8Array[] = [];
  readonly recordings: boolean;

  /** @param recordings whether the inputs of the nodes are recorded */
  constructor(recordings = false) {
    this.recordings = recordings;
  }

  /** Returns another seed at each call, the same sequence in each run. */
  readonly seed = (): Uint8Array => {
    const seed = createHash('sha256').update(`seed ${this.seeds.length}`).digest();
    this.seeds.push(seed);
    return seed;
  };

  get now(): number {
    return this.#now;
  }

  add(name: string, xtr: XtrConfig | undefined, mapServer?: MapServerConfig): SimulatedNode {
    const node = new SimulatedNode(this, name, xtr, mapServer);
    this.nodes.set(name, node);
    node.runtime.start();
    return node;
  }

  /** Restarts a node: an xTR finds its local EIDs in the tries, a Map-Server its stored nonces. */
  restart(name: string): void {
    const before = this.nodes.get(name);
    if (before === undefined) throw new Error(`no node ${name}`);
    before.runtime.stop();
    const { xtr, mapServer, localEids } = before;
    const firstRegisterNonce = BigInt(Math.ceil(this.#now * 1_000));
    const node = new SimulatedNode(this, name, xtr && { ...xtr, firstRegisterNonce }, mapServer);
    for (const { eid, value } of localEids.entries()) node.localEids.set(eid, value);
    node.nonces.push(...before.nonces);
    this.nodes.set(name, node);
    node.runtime.start();
  }

  at(at_ms: number, run: () => void): () => void {
    const entry = { at_ms, order: this.#order++, run };
    this.#pending.push(entry);
    return () => {
      const index = this.#pending.indexOf(entry);
      if (index >= 0) this.#pending.splice(index, 1);
    };
  }

  /** Runs all events of the next `duration_ms`. */
  run(duration_ms: number): void {
    const end = this.#now + duration_ms;
    for (;;) {
      this.#pending.sort((a, b) => a.at_ms - b.at_ms || a.order - b.order);
      const next = this.#pending[0];
      if (next === undefined || next.at_ms > end) break;
      this.#pending.shift();
      this.#now = Math.max(this.#now, next.at_ms);
      next.run();
    }
    this.#now = end;
  }

  /** The node with this address. */
  owner(address: Address): SimulatedNode | undefined {
    return [...this.nodes.values()].find((node) => node.addresses.has(formatAddress(address)));
  }

  /** Names of the events about one host at a node, in order. */
  eventsOf(node: string, host: string): EventName[] {
    const about = (event: ControlEvent): boolean =>
      event.eid !== undefined && formatAddress(event.eid.prefix.address) === host;
    return this.events
      .filter((each) => each.node === node && about(each.event))
      .map(({ event }) => event.name);
  }
}

export class SimulatedNode {
  readonly agent: Agent;
  readonly runtime: Runtime;
  readonly addresses: ReadonlySet<string>;
  readonly mapCache = new EidTable<Forwarding>();
  readonly localEids = new EidTable<LocalEid>();
  /** Number of trie writes to refuse from now on. */
  refusals = 0;
  /** Nonces that survive a restart. */
  readonly nonces: TrackedNonce[] = [];
  /** The recording so far, as core/recorder.ts writes it. */
  recording = '';
  readonly #simulation: Simulation;
  readonly #name: string;
  /** Packets by map-cache prefix. */
  readonly #carried = new Map<string, number>();
  readonly #frames = new Map<Uint8Array, Packet>();
  #datagram: (datagram: Datagram) => void = () => undefined;
  #punts: (punts: readonly Punt[]) => void = () => undefined;
  #sighted: (sighting: EidSighting) => void = () => undefined;
  readonly xtr: XtrConfig | undefined;
  readonly mapServer: MapServerConfig | undefined;

  constructor(
    simulation: Simulation,
    name: string,
    xtr: XtrConfig | undefined,
    mapServer: MapServerConfig | undefined,
  ) {
    simulation.all.push(this);
    this.xtr = xtr;
    this.mapServer = mapServer;
    this.#simulation = simulation;
    this.#name = name;
    const own = [...(xtr?.rlocs.map(({ address }) => address) ?? []), ...(mapServer?.addresses ?? [])];
    this.addresses = new Set(own.map(formatAddress));
    const write = (text: string): boolean => {
      this.recording += text;
      return true;
    };
    const recorder = simulation.recordings
      ? new Recorder({ xtr, mapServer, maxBytes: Infinity, write })
      : undefined;
    this.agent = new Agent(xtr, mapServer, recorder?.random);
    this.runtime = new Runtime(this.agent, {
      clock: this.#clock(),
      transport: this.#transport(own),
      dataPath: xtr && this.#dataPath(),
      network: xtr && this.#network(),
      nonces: { restored: () => this.nonces, keep: (nonces) => void this.nonces.push(...nonces) },
      seed: simulation.seed,
      recorder,
      ...(simulation.recordings && { afterReading: (handle) => void simulation.at(simulation.now, handle) }),
      onEvent: (event) => simulation.events.push({ at_ms: simulation.now, node: name, event }),
    });
  }

  receive(datagram: Datagram): void {
    if (!this.#simulation.cut.has(this.#name)) this.#datagram(datagram);
  }

  /** A host sends and is behind this node from now on. Decides as eid_ingress. */
  fromHost(source: string, destination: string, number: number): void {
    this.#simulation.hosts.set(source, [this.#name]);
    const eid = (text: string): Eid => ({ instanceId: 0, address: parseAddress(text) });
    const packet = { source: eid(source), destination: eid(destination), number };
    if (this.localEids.longestMatch(packet.source)?.value.kind !== 'local')
      this.#punt('eid-detected', packet);
    this.#route(packet);
  }

  #route(packet: Packet): void {
    const match = this.mapCache.longestMatch(packet.destination);
    const forwarding = match?.value;
    if (match !== undefined) {
      const prefix = formatEidPrefix(match.eid);
      this.#carried.set(prefix, (this.#carried.get(prefix) ?? 0) + 1);
    }
    if (forwarding?.action === 'send-map-request') this.#punt('map-cache-miss', packet);
    if (forwarding?.action === 'encapsulate') this.#encapsulate(packet, forwarding.locators[0]?.rloc);
  }

  #encapsulate(packet: Packet, rloc: Address | undefined): void {
    const target = rloc && this.#simulation.owner(rloc);
    const source = parseAddress([...this.addresses][0] ?? '');
    this.#simulation.at(this.#simulation.now + DELAY_ms, () => target?.fromCore(packet, source));
  }

  /** Decides as rloc_ingress for a packet to one of our RLOCs. */
  fromCore(packet: Packet, outerSource: Address): void {
    const local = this.localEids.longestMatch(packet.destination)?.value;
    if (local?.kind === 'local') {
      this.#simulation.delivered.push({ number: packet.number, by: this.#name });
      return;
    }
    if (local !== undefined) this.#punt('stale', packet, outerSource);
    if (local?.kind === 'away') this.#encapsulate(packet, local.locators[0]?.rloc);
  }

  #punt(reason: PuntReason, packet: Packet, outerSource?: Address): void {
    const frame = new Uint8Array(64);
    this.#frames.set(frame, packet);
    const punt = {
      ...{ reason, ifindex: EID_PORT, instanceId: 0, outerSource, frame, at_ms: this.#simulation.now },
      sourceEid: packet.source.address,
      destinationEid: packet.destination.address,
    };
    this.#simulation.at(this.#simulation.now + PUNT_ms, () => this.#punts([punt]));
  }

  #clock(): Clock {
    let cancel = (): void => undefined;
    return {
      now: () => this.#simulation.now,
      wakeAt: (at_ms, wake) => {
        cancel();
        cancel = at_ms === undefined ? (): void => undefined : this.#simulation.at(at_ms, wake);
      },
    };
  }

  #transport(own: readonly Address[]): ControlTransport {
    return {
      send: (bytes, from, to, toPort) => {
        const source = from ?? own.find(({ family }) => family === to.family);
        if (source === undefined || toPort !== 4342 || this.#simulation.cut.has(this.#name)) return;
        const datagram = { from: source, fromPort: 4342, to, bytes };
        this.#simulation.at(this.#simulation.now + DELAY_ms, () =>
          this.#simulation.owner(to)?.receive(datagram),
        );
      },
      onDatagram: (listener) => void (this.#datagram = listener),
      close: () => undefined,
      counters: () => ({}),
    };
  }

  #dataPath(): DataPath {
    return {
      adopted: (): AdoptedState => ({
        mapCache: [],
        localEids: Array.from(this.localEids.entries(), ({ eid, value }) => ({ eid, entry: value })),
        rlocsDown: [],
      }),
      apply: (effects) => effects.filter(isTrieEffect).filter((effect) => !this.#program(effect)),
      inject: (frames) => this.#inject(frames),
      originate: () => undefined,
      onPunts: (listener) => void (this.#punts = listener),
      lookup: () => undefined,
      traffic: (eid) => ({ packets: this.#carried.get(formatEidPrefix(eid)) ?? 0, bytes: 0 }),
      counters: () => ({ reasons: {}, punts: {}, adapter: {} }),
      status: () => ({ pinPath: '', adopted: false, interfaces: [], maps: [] }),
      interfaceChanged: () => undefined,
      interfaceGone: () => undefined,
      detach: () => undefined,
    };
  }

  /** A kernel that detects no hosts by itself, only those that answer probes. */
  #network(): KernelNetwork {
    return {
      onOwnAddresses: () => undefined,
      onRouteMtu: () => undefined,
      onEidSighted: (listener) => void (this.#sighted = listener),
      onEidLost: () => undefined,
      hostRoute: () => undefined,
      probeHost: ({ eid, ifindex }) => this.#askHost(eid, ifindex),
      keepNeighbours: () => undefined,
      counters: () => ({}),
      close: () => Promise.resolve(),
    };
  }

  #askHost(eid: Eid, ifindex: number): void {
    this.#simulation.at(this.#simulation.now + DELAY_ms, () => {
      if (this.#simulation.hosts.get(formatAddress(eid.address))?.includes(this.#name) === true)
        this.#sighted({ eid, ifindex, discovery: 'ARP/ND' });
    });
  }

  #program(effect: TrieEffect): boolean {
    if (this.refusals > 0) {
      this.refusals -= 1;
      return false;
    }
    if (effect.type === 'map-cache-set') this.mapCache.set(effect.eid, effect.forwarding);
    else if (effect.type === 'map-cache-delete') this.mapCache.delete(effect.eid);
    else if (effect.type === 'local-eid-set') this.localEids.set(effect.eid, effect.entry);
    else this.localEids.delete(effect.eid);
    return true;
  }

  #inject(frames: readonly HeldFrame[]): void {
    for (const { frame } of frames) {
      const packet = this.#frames.get(frame);
      if (packet !== undefined) this.#route(packet);
    }
  }
}

/** The trie entry of exactly one host. */
export function hostEntry<V>(table: EidTable<V>, text: string): V | undefined {
  return table.get(hostEidPrefix({ instanceId: 0, address: parseAddress(text) }));
}

function isTrieEffect(effect: TableEffect): effect is TrieEffect {
  return effect.type !== 'rloc-state';
}
