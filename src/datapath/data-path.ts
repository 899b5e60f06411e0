// SPDX-License-Identifier: Apache-2.0
import type { EidPrefix } from '#addr/index.js';
import type { HeldFrame, OriginateEffect } from '#control/contract/effect.js';
import type { AdoptedState, Punt } from '#control/contract/inputs.js';
import type {
  DataPath,
  DataPathStatus,
  ForwardingState,
  ResolvedInterface,
  TableEffect,
  Traffic,
  TrieEffect,
} from '#core/ports.js';
import type { AdapterCounters } from './adapter-counters.js';
import type { Injector } from './punts/injector.js';
import type { Interfaces } from './programs/interfaces.js';
import type { Caches } from './programs/caches.js';
import type { BpfMap } from './native.js';
import type { Punts } from './punts/punts.js';
import { readPuntOutcomes, readReasons } from './punts/reasons.js';
import type { Tables } from './tables/tables.js';

/** The parts that open.ts creates. */
export interface DataPathParts {
  readonly tables: Tables;
  readonly caches: Caches;
  readonly injector: Injector;
  readonly punts: Punts;
  readonly counters: AdapterCounters;
  /** In the order of bpf/maps.h. */
  readonly maps: readonly BpfMap[];
  readonly pinPath: string;
  /** Undefined when nothing was pinned. */
  readonly adopted: AdoptedState | undefined;
  readonly interfaces: Interfaces;
  readonly close: () => void;
}

/** Writing locator-sets blocks the event loop for this long at most. */
const STATES_SLICE_ms = 5;

export class XdpDataPath implements DataPath {
  readonly #parts: DataPathParts;
  readonly #reasons: BpfMap;
  readonly #outcomes: BpfMap;
  #nextSlice: NodeJS.Immediate | undefined;

  /** @param reasons xtr_counters @param outcomes xtr_punt_counters */
  constructor(parts: DataPathParts, reasons: BpfMap, outcomes: BpfMap) {
    this.#parts = parts;
    this.#reasons = reasons;
    this.#outcomes = outcomes;
  }

  adopted(): AdoptedState {
    return this.#parts.adopted ?? { mapCache: [], localEids: [], rlocsDown: [] };
  }

  apply(effects: readonly TableEffect[]): readonly TrieEffect[] {
    try {
      return this.#parts.tables.apply(effects);
    } finally {
      this.#writeStates();
    }
  }

  /**
   * Writes changed RLOC states into the locator-sets. Writes in slices, so that very many sets do not block the event
   * loop.
   */
  #writeStates(): void {
    clearImmediate(this.#nextSlice);
    this.#nextSlice = undefined;
    const end_ms = performance.now() + STATES_SLICE_ms;
    try {
      if (!this.#parts.tables.writeStates(() => performance.now() < end_ms))
        this.#nextSlice = setImmediate(() => this.#writeStates());
    } finally {
      this.#parts.caches.invalidate();
    }
  }

  inject(frames: readonly HeldFrame[]): void {
    this.#parts.injector.inject(frames);
  }

  originate(effect: OriginateEffect): void {
    this.#parts.injector.originate(effect);
  }

  onPunts(listener: (punts: readonly Punt[]) => void): void {
    this.#parts.punts.listen(listener);
  }

  lookup(eid: EidPrefix): ForwardingState | undefined {
    return this.#parts.tables.mapCache.lookup(eid);
  }

  traffic(eid: EidPrefix): Traffic {
    return this.#parts.tables.mapCache.traffic(eid);
  }

  counters(): ReturnType<DataPath['counters']> {
    return {
      reasons: readReasons(this.#reasons),
      punts: readPuntOutcomes(this.#outcomes),
      adapter: this.#parts.counters.snapshot(),
    };
  }

  interfaceChanged(target: ResolvedInterface): void {
    this.#parts.counters.add('interfacesChanged');
    try {
      this.#parts.interfaces.attach(target);
    } finally {
      this.#parts.caches.invalidate();
    }
  }

  interfaceGone(name: string): void {
    this.#parts.counters.add('interfacesGone');
    this.#parts.interfaces.forget(name);
    this.#parts.caches.invalidate();
  }

  status(): DataPathStatus {
    const { pinPath, adopted, interfaces, maps, tables } = this.#parts;
    const { used } = tables;
    return {
      pinPath,
      adopted: adopted !== undefined,
      interfaces: interfaces.status,
      maps: maps.map(({ name, maxEntries }) => ({ name, entries: used[name], maxEntries })),
    };
  }

  detach(): void {
    clearImmediate(this.#nextSlice);
    this.#parts.close();
  }
}
