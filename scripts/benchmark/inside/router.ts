// SPDX-License-Identifier: Apache-2.0
// A router without control plane: the product's data path on the interfaces of its namespace, and tables to fill it.
import type { BpfLink, BpfObject, BpfProgram } from '#native';
import type { DataPath, TrieEffect } from '#core/ports.js';
import { type DataPathOptions, openDataPath } from '#datapath/index.js';
import { pinnedMaps } from '#datapath/programs/pin-paths.js';
import { mapSizes } from '#datapath/tables/map-sizes.js';
import { loadNative } from '#datapath/native.js';
import { multiBufferOptions } from '#datapath/programs/kernel-features.js';
import { objectPath } from '#scripts/packets/objects.js';
import { encodeFlows, encodeFrame, type FlowSpec } from '#scripts/packets/flows.js';
import { buildFrame, type FrameFields, shapeName } from '#scripts/packets/frame.js';
import { mappingsOf, type MappingSpec } from '#scripts/benchmark/workload/mappings.js';
import { serve } from './serve.js';
import { writeFlows } from '#scripts/packets/write-flows.js';
import { monotonic_ms } from '#scripts/kit/clock.js';

/** Programs that test runs measure: restore_bare (two of them), restore_eid, restore_rloc. */
export type Target = 'nothing' | 'bare' | 'eid' | 'rloc';

export interface CostSpec {
  readonly target: Target;
  readonly frame: FrameFields;
  readonly flows: FlowSpec;
  /** Where the packets seem to come in. */
  readonly ifindex: number;
}

/** Where the bare redirect sends everything. */
export interface NextHop {
  readonly ifindex: number;
  readonly mac: Uint8Array;
  readonly ownMac: Uint8Array;
}

interface Cost {
  readonly object: BpfObject;
  readonly program: BpfProgram;
  readonly frame: Uint8Array;
  readonly ifindex: number;
}

const native = loadNative();
const costs = new Map<string, Cost>();
/** Keeps the links alive: one that is garbage-collected detaches. */
const links: BpfLink[] = [];
const ZERO = new Uint8Array(4);
/** Effects of one call of the data path. */
const CHUNK = 1024;
let dataPath: DataPath | undefined;
/** max_entries of its maps. */
let sizes: Readonly<Record<string, number>> = {};

function opened(): DataPath {
  if (dataPath === undefined) throw new Error('the data path is not open');
  return dataPath;
}

function apply(effects: Iterable<TrieEffect>): number {
  let [chunk, refused]: [TrieEffect[], number] = [[], 0];
  const flush = (): void => {
    refused += opened().apply(chunk).length;
    chunk = [];
  };
  for (const effect of effects) if (chunk.push(effect) === CHUNK) flush();
  flush();
  if (refused > 0) throw new Error(`the data path refused ${refused} effects`);
  return refused;
}

const methods = {
  open(options: DataPathOptions): void {
    sizes = mapSizes(options.sizes, native.numPossibleCpus());
    dataPath = openDataPath(options);
    dataPath.onPunts(() => undefined);
  },

  apply: (effects: readonly TrieEffect[]) => apply(effects),

  /** Duration, milliseconds. */
  load(spec: MappingSpec): number {
    const started = monotonic_ms();
    apply(mappingsOf(spec));
    return monotonic_ms() - started;
  },

  /** Puts a bare redirect on an interface that is not the data path's. */
  attachBare(ifindex: number, nextHop: NextHop): void {
    const object = native.loadObject(objectPath('redirect'));
    setNextHop(object, nextHop);
    links.push(object.program('bench_redirect_all').attachXdp(ifindex, 'native'));
  },

  /** Readies a program for test runs; its maps are those of the data path. */
  cost(name: string, { target, frame: fields, flows, ifindex }: CostSpec, nextHop: NextHop): void {
    costs.get(name)?.object.close();
    const frame = buildFrame(fields);
    const object = loadCost(target, flows.packets);
    if (target === 'nothing' || target === 'bare') setNextHop(object, nextHop);
    writeFlows(object, encodeFlows(flows, frame, fields.shape), flows.packets);
    object.map('bench_frames').update(ZERO, encodeFrame(frame, flows.packets, 0));
    const program = object.program(`bench_${target}_${shapeName(fields.shape)}`);
    costs.set(name, { object, program, frame, ifindex });
  },

  /** Duration of one run in nanoseconds, and its verdict. */
  run(name: string, repeat: number): { readonly each_ns: number; readonly verdict: number } {
    const cost = costs.get(name);
    if (cost === undefined) throw new Error(`no cost ${name}`);
    const options = { ingressIfindex: cost.ifindex, repeat };
    const { duration_ns, verdict } = cost.program.testRun(cost.frame, options);
    return { each_ns: duration_ns, verdict };
  },

  counters: () => opened().counters(),
};

function setNextHop(object: BpfObject, { ifindex, mac, ownMac }: NextHop): void {
  const index = new Uint8Array(Uint32Array.of(ifindex).buffer);
  object.map('bench_ports').update(index, Buffer.concat([index, ZERO]));
  object.map('bench_next_hops').update(ZERO, Buffer.concat([mac, ownMac, index]));
}

function loadCost(target: Target, flows: number): BpfObject {
  const maxEntries = { bench_flows: flows };
  if (target === 'nothing' || target === 'bare')
    return native.loadObject(objectPath('restore_bare'), { maxEntries });
  // each has flows of its own; only the maps of the data path are shared
  const pinPaths = pinnedMaps(opened().status().pinPath);
  return native.loadObject(objectPath(`restore_${target}`), {
    pinPaths,
    maxEntries: { ...sizes, ...maxEntries },
    ...multiBufferOptions(native),
  });
}

export type RouterMethods = typeof methods;
serve(methods);
