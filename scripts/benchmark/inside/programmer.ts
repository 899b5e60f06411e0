// SPDX-License-Identifier: Apache-2.0
// The agent's half of a map-cache without packets: programs mappings as core does, and tells how long that took.
import { type Address, type EidPrefix, parseAddress } from '#addr/index.js';
import { Counters } from '#control/contract/counters.js';
import type { MapCacheSetEffect } from '#control/contract/effect.js';
import type { ForwardingLocator } from '#control/contract/forwarding.js';
import { EXPIRE_BATCH } from '#control/contract/machine.js';
import { MapCache } from '#control/itr/map-cache.js';
import { RlocReferences } from '#control/locators/rloc-references.js';
import type { DataPath, TrieEffect } from '#core/ports.js';
import { openDataPath } from '#datapath/index.js';
import { eidList, type TableSpec } from '#scripts/packets/eids.js';
import { eidAt, mappingsOf } from '#scripts/benchmark/workload/mappings.js';
import { agentBytes, mapBytes } from './memory.js';
import { serve } from './serve.js';
import { cpu_ms, monotonic_ms } from '#scripts/kit/clock.js';

/** Of a run over the whole table. */
export interface Pace {
  /** CPU time of the process, the garbage collector's threads included. */
  readonly total_ms: number;
  /** Longest time between two turns of the event loop. */
  readonly stall_ms: number;
}

/** Effects of one call: one, or as many as the machines of the control plane hand out in one. */
export type Batch = 'single' | 'bulk';
const CALL = { single: 1, bulk: EXPIRE_BATCH } as const;

const SOURCE = parseAddress('4.4.4.4');
const FIRST_RLOC = parseAddress('2.2.0.1');
/** Half of them before `replace`, the others after it. */
const RLOCS = 256;
const CONFIGURED = 1024;
/** A locator of every set of `shareRloc`. */
const SHARED_RLOC = parseAddress('2.1.0.1');
/** Room for sets with a locator of their own each, and the shared one. */
const LOCATORS = 8192;

let dataPath: DataPath | undefined;
/** What `delete` deletes. */
let programmed: TableSpec | undefined;
/** Kept alive, so that its memory is measured. */
let mapCache: MapCache | undefined;
/** An EID of the locator-set that is written last. */
let lastShared: EidPrefix | undefined;

/** Mappings of the table, each to one of 128 RLOCs. */
function mappings(table: TableSpec, firstRloc: bigint): Iterable<MapCacheSetEffect> {
  const rloc = { ...FIRST_RLOC, bits: FIRST_RLOC.bits + firstRloc };
  const spec = { table, source: SOURCE, firstRloc: rloc, rlocs: RLOCS / 2 };
  return mappingsOf(spec);
}

/**
 * A turn of the event loop for each 512 effects, as other input would have its turn. They are made turn by turn: a million
 * that are alive at once would be the garbage collector's work, and nothing that an agent does. Making them is in the
 * stall, which is a whole turn, and not in the CPU time.
 */
async function apply(all: Iterable<TrieEffect>, size: number): Promise<Pace> {
  let [total_ms, stall_ms, turned_ms] = [0, 0, monotonic_ms()];
  for (const turn of slices(all, EXPIRE_BATCH)) {
    const started = cpu_ms();
    for (let i = 0; i < turn.length; i += size) {
      const refused = dataPath?.apply(turn.slice(i, i + size));
      if (refused?.length !== 0) throw new Error('the data path refused a mapping');
    }
    await new Promise(setImmediate);
    total_ms += cpu_ms() - started;
    const now = monotonic_ms();
    stall_ms = Math.max(stall_ms, now - turned_ms);
    turned_ms = now;
  }
  return { total_ms, stall_ms };
}

function* slices<T>(all: Iterable<T>, size: number): Iterable<T[]> {
  let slice: T[] = [];
  for (const item of all)
    if (slice.push(item) === size) {
      yield slice;
      slice = [];
    }
  if (slice.length > 0) yield slice;
}

/** All EIDs of a table over some sets, each of SHARED_RLOC and one RLOC of its own, equal in priority and weight. */
function* sharing(table: TableSpec, sets: number): Iterable<MapCacheSetEffect> {
  const list = eidList(table);
  const member = (rloc: Address): ForwardingLocator => ({
    ...{ rloc, source: SOURCE, priority: 1, weight: 50, usable: true },
  });
  const own = (i: number): Address => ({ ...FIRST_RLOC, bits: FIRST_RLOC.bits + BigInt(i) });
  const locators = Array.from({ length: sets }, (_, i) => [member(SHARED_RLOC), member(own(i))]);
  for (let i = 0; i < list.count; i++) {
    const forwarding = { action: 'encapsulate', locators: locators[i % sets] ?? [] } as const;
    yield { type: 'map-cache-set', eid: eidAt(list, i), forwarding, expiresAt_ms: undefined };
  }
}

/** Share of the flow buckets that the set written last gives to SHARED_RLOC. */
function sharedShare(): number {
  const locators = lastShared && dataPath?.lookup(lastShared)?.locators;
  return locators?.find(({ rloc }) => rloc.bits === SHARED_RLOC.bits)?.share ?? Number.NaN;
}

/** Until all sets follow: from then on no packet is led by what was before. */
async function setSharedRloc(up: boolean): Promise<number> {
  const started_ms = monotonic_ms();
  dataPath?.apply([{ type: 'rloc-state', rloc: SHARED_RLOC, up }]);
  while (sharedShare() > 0 !== up) await new Promise(setImmediate);
  return monotonic_ms() - started_ms;
}

function* deletes(all: Iterable<MapCacheSetEffect>): Iterable<TrieEffect> {
  for (const { eid } of all) yield { type: 'map-cache-delete', eid };
}

/** What the control plane keeps of the same mappings. */
function learn(table: TableSpec): MapCache {
  const cache = new MapCache(table.entries, new RlocReferences(), new Counters());
  for (const { eid, forwarding } of mappings(table, 0n)) {
    const about = { source: SOURCE, asked: eid, renewed: new Set<string>(), lifetime_ms: 86_400_000 };
    cache.learn({ ...about, eid, forwarding }, monotonic_ms(), []);
  }
  return cache;
}

const methods = {
  open(bpfFilesystem: string, entries: number): void {
    dataPath = openDataPath({
      ...{ name: 'programmer', bpfFilesystem, xdpMode: 'auto', interfaces: [], localRlocs: [SOURCE] },
      ...{ locatorStatusBits: false },
      sizes: {
        mapCacheEntries: entries + CONFIGURED,
        ...{ dynamicEids: 1024, locatorSets: 4096, locators: LOCATORS, puntRing: 1 << 20 },
      },
    });
  },

  set(table: TableSpec, batch: Batch): Promise<Pace> {
    programmed = table;
    return apply(mappings(table, 0n), CALL[batch]);
  },

  /** The same EIDs to other RLOCs. */
  replace(table: TableSpec): Promise<Pace> {
    programmed = table;
    return apply(mappings(table, BigInt(RLOCS / 2)), CALL.bulk);
  },

  /** Loads a table whose sets have an RLOC in common. */
  async shareRloc(table: TableSpec, sets: number): Promise<void> {
    await apply(sharing(table, sets), CALL.bulk);
    // sets are looked at in the order in which they were made
    lastShared = eidAt(eidList(table), sets - 1);
    if (sharedShare() !== 0.5) throw new Error('the sets do not have the shared RLOC');
  },

  /** That RLOC goes down, `rounds` times: milliseconds of the clock until all its sets have done without it. */
  async loseRloc(rounds: number): Promise<number[]> {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      times.push(await setSharedRloc(false));
      await setSharedRloc(true);
    }
    return times;
  },

  delete(): Promise<Pace> {
    const table = programmed;
    programmed = undefined;
    return apply(table === undefined ? [] : deletes(mappings(table, 0n)), CALL.bulk);
  },

  /** Bytes of kernel and agent for a mapping of the table, which is programmed and learnt meanwhile. */
  async weigh(table: TableSpec): Promise<{ readonly kernel: number; readonly agent: number }> {
    const before = await agentBytes();
    mapCache = learn(table);
    await methods.set(table, 'bulk');
    const kernel = mapBytes() / table.entries;
    const agent = ((await agentBytes()) - before) / mapCache.table.size;
    await methods.delete();
    mapCache = undefined;
    return { kernel, agent };
  },
};

export type ProgrammerMethods = typeof methods;
serve(methods);
