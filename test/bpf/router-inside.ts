// SPDX-License-Identifier: Apache-2.0
// The process of router.ts, in a network namespace of its own. Each message is one case: it resets the tables, sends
// the frames in order, and returns the results.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type * as Addon from '#native';
import { PUNT_OUTCOMES } from './reasons.js';
import type { Case, Outcome, ProgramName } from './router.js';
import { makeSite } from './make-site.js';
import { JUMBO_PORTS, PORTS } from './site.js';
import { openIndexes } from '#datapath/index/open.js';
import { multiBufferOptions } from '#datapath/programs/kernel-features.js';
import { Indexer } from './indexer.js';
import { COUNTERS, type Entry, caches } from './tables.js';

const addon = createRequire(import.meta.url)(
  '../../../native/build/Release/xtrd_native.node',
) as typeof Addon;

/** For frames of several buffers, if the kernel supports them: load options of the programs, and a large MTU. */
const LOAD = process.argv[3] === 'one-buffer' ? undefined : multiBufferOptions(addon);
const jumbo = LOAD !== undefined && LOAD.programFlags !== 0;
/** Slots of each cache and CPU. */
const SLOTS = 64;
const CPUS = addon.numPossibleCpus();
/** Buckets of an index: more than the prefixes of any case. */
const BUCKETS = 64;
const INDEXES = ['map_cache', 'eid_db'].flatMap((table) =>
  ['v4', 'v6'].flatMap((family) => [`xtr_${table}_cells_${family}`, `xtr_${table}_index_${family}`]),
);

const SMALL_MAPS = {
  xtr_map_cache_v4: 64,
  xtr_map_cache_v6: 64,
  xtr_eid_db_v4: 64,
  xtr_eid_db_v6: 64,
  xtr_locator_sets: 8,
  xtr_locators: 8,
  xtr_mapping_counters: COUNTERS * CPUS,
  xtr_locator_counters: 8,
  ...Object.fromEntries(INDEXES.map((name) => [name, BUCKETS])),
  xtr_flows_v4: SLOTS * CPUS,
  xtr_flows_v6: SLOTS * CPUS,
  xtr_next_hops: SLOTS * CPUS,
  xtr_deliveries: SLOTS * CPUS,
  xtr_punts: 1 << 16,
};
const ARRAYS = [
  'xtr_counters',
  'xtr_punt_counters',
  'xtr_mapping_counters',
  'xtr_locator_counters',
  'xtr_punt_buckets',
  'xtr_settings',
];
const TABLES = [
  ...['xtr_map_cache_v4', 'xtr_map_cache_v6', 'xtr_eid_db_v4', 'xtr_eid_db_v6'],
  ...['xtr_interfaces', 'xtr_instances', 'xtr_local_rlocs', 'xtr_ports', 'xtr_punt_times'],
];

class Router {
  readonly #object: Addon.BpfObject;
  readonly #program: Addon.BpfProgram;
  #epoch = 0;
  #indexer: Indexer | undefined;
  #punts: Uint8Array[] = [];
  #wake: () => void = () => undefined;

  constructor(name: ProgramName) {
    this.#object = load(name);
    this.#program = this.#object.program(`xtr_${name}_ingress`);
    addon.openRingBuffer(this.#object.map('xtr_punts'), 64, (records) => {
      this.#punts.push(...records);
      this.#wake();
    });
  }

  async run({ entries, frames, indexed = false }: Case): Promise<Outcome> {
    this.#reset(indexed);
    this.#write([caches(++this.#epoch, SLOTS), ...entries]);
    const runs = frames.map((sent) => {
      const { frame, ifindex, repeat = 1, linearBytes, entries: changes = [], notIndexed = [] } = sent;
      this.#write(changes);
      this.#writeMaps(notIndexed);
      const { verdict, packet, duration_ns } = this.#program.testRun(frame, {
        ingressIfindex: ifindex,
        repeat,
        ...(linearBytes === undefined ? {} : { linearBytes }),
      });
      return { verdict, frame: packet, duration_ns };
    });
    const traffic = (map: string) => this.#traffic(map);
    const [reasons, outcomes, mappings, locators] = [
      traffic('xtr_counters'),
      traffic('xtr_punt_counters'),
      this.#mappingTraffic(),
      traffic('xtr_locator_counters'),
    ];
    checkSum(frames, reasons);
    return { runs, reasons, outcomes, mappings, locators, punts: await this.#drain(outcomes) };
  }

  #write(entries: readonly Entry[]): void {
    this.#writeMaps(entries);
    this.#indexer?.add(entries);
  }

  #writeMaps(entries: readonly Entry[]): void {
    for (const { map, key, value } of entries) this.#object.map(map).update(key, value);
  }

  /** Empties the indexes, and makes the programs use them or not. */
  #reset(indexed: boolean): void {
    const indexes = openIndexes((map) => this.#object.map(map));
    this.#indexer = indexed ? new Indexer(indexes) : undefined;
    if (indexed) indexes.publish();
    for (const name of TABLES) {
      const map = this.#object.map(name);
      const keys = map.keys(map.maxEntries);
      for (let at = 0; at < keys.length; at += map.keySize) map.delete(keys.subarray(at, at + map.keySize));
    }
    for (const name of ARRAYS) {
      const map = this.#object.map(name);
      for (let i = 0; i < map.maxEntries; i++) map.update(index(i), new Uint8Array(map.valueSize));
    }
  }

  /** Packets and bytes of each element, all CPUs together. */
  #traffic(name: string): [number, number][] {
    const map = this.#object.map(name);
    return Array.from({ length: map.maxEntries }, (_, i) => {
      const words = new BigUint64Array((map.lookup(index(i)) ?? new Uint8Array()).slice().buffer);
      const sum = (odd: number) =>
        Number(words.filter((_, at) => at % 2 === odd).reduce((a, b) => a + b, 0n));
      return [sum(0), sum(1)];
    });
  }

  /** The same for xtr_mapping_counters, which has a part for each CPU. */
  #mappingTraffic(): [number, number][] {
    const all = this.#traffic('xtr_mapping_counters');
    const sum = (i: number, of: 0 | 1) =>
      Array.from({ length: CPUS }, (_, cpu) => all[cpu * COUNTERS + i]?.[of] ?? 0).reduce((a, b) => a + b, 0);
    return Array.from({ length: COUNTERS }, (_, i) => [sum(i, 0), sum(i, 1)]);
  }

  /** Reads as many records as were counted as punted. */
  async #drain(outcomes: readonly (readonly [number, number])[]): Promise<Uint8Array[]> {
    const expected = outcomes[PUNT_OUTCOMES.indexOf('punted')]?.[0] ?? 0;
    while (this.#punts.length < expected) await new Promise<void>((resolve) => (this.#wake = resolve));
    const punts = this.#punts;
    this.#punts = [];
    return punts;
  }
}

/** Checks that each packet was counted by exactly one reason. */
function checkSum(frames: Case['frames'], reasons: readonly (readonly [number, number])[]): void {
  const sent = frames.reduce((sum, { repeat = 1 }) => sum + repeat, 0);
  const left = reasons.reduce((sum, [packets]) => sum + packets, 0);
  if (left !== sent) throw new Error(`${sent} packets came in, and ${left} were counted by a reason`);
}

function load(name: ProgramName): Addon.BpfObject {
  return addon.loadObject(`bpf/build/${name}_ingress.bpf.o`, {
    maxEntries: SMALL_MAPS,
    ...LOAD,
  });
}

/**
 * A test run on an interface needs an attached XDP program. A second copy is attached, so that packets of the kernel
 * (MLD, router solicitations) are counted in other maps.
 */
function attach(name: ProgramName): void {
  const program = load(name).program(`xtr_${name}_ingress`);
  for (const { ifindex } of jumbo ? [...PORTS, ...JUMBO_PORTS] : PORTS) program.attachXdp(ifindex, 'native');
}

function index(i: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(i).buffer);
}

process.on('disconnect', () => process.exit()); // ends with the test, also if that is killed
makeSite(jumbo);
const name = process.argv[2] as ProgramName;
attach(name);
const router = new Router(name);
process.send?.('ready');
for (;;) {
  const [message] = (await once(process, 'message')) as [Case];
  process.send?.(await router.run(message));
}
