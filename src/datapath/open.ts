// SPDX-License-Identifier: Apache-2.0
import type { AdoptedState } from '#control/contract/inputs.js';
import type { DataPath } from '#core/ports.js';
import { ADOPTERS } from './programs/adopters.js';
import { AdapterCounters } from './adapter-counters.js';
import { XdpDataPath } from './data-path.js';
import type { MapName } from './generated/layout.js';
import { Injector } from './punts/injector.js';
import { Caches } from './programs/caches.js';
import { writeConfiguration } from './programs/interface-maps.js';
import { Interfaces } from './programs/interfaces.js';
import { Links } from './programs/links.js';
import { cachedFlows, cacheSlots, mapSizes } from './tables/map-sizes.js';
import { type BpfMap, loadNative, type MapByName, type Native } from './native.js';
import type { DataPathOptions } from './options.js';
import { PacketSender } from './punts/packet-sender.js';
import { MapPins } from './programs/map-pins.js';
import { PinPaths } from './programs/pin-paths.js';
import { programFor, type ProgramName, Programs } from './programs/programs.js';
import { Punts } from './punts/punts.js';
import { Tables } from './tables/tables.js';
import { removeIfEmpty } from './programs/tear-down.js';

/** Maps of `show status`, in the order of bpf/maps.h, the one for punts last. */
const MAP_NAMES = [
  'xtr_map_cache_v4',
  'xtr_map_cache_v6',
  'xtr_eid_db_v4',
  'xtr_eid_db_v6',
  'xtr_locator_sets',
  'xtr_locators',
  'xtr_mapping_counters',
  'xtr_locator_counters',
  'xtr_counters',
  'xtr_punt_counters',
  'xtr_interfaces',
  'xtr_instances',
  'xtr_local_rlocs',
  'xtr_settings',
  'xtr_ports',
  'xtr_punts',
] as const satisfies readonly MapName[];

/** Locators beyond the 32nd have no status bit (RFC 9300 section 5.1). */
const STATUS_BITS = 32;

/** Closes opened handles in reverse order. */
class Opened {
  readonly #handles: { close(): void }[] = [];

  add<T extends { close(): void }>(handle: T): T {
    this.#handles.push(handle);
    return handle;
  }

  close(): void {
    for (const handle of this.#handles.splice(0).reverse()) handle.close();
  }
}

/**
 * Loads the programs, adopts the pinned state, and attaches the programs. Programs that are attached already keep
 * forwarding meanwhile.
 * @throws DataPathError; then new pins and links are removed
 */
export function openDataPath(options: DataPathOptions): DataPath {
  const native = loadNative();
  const paths = new PinPaths(options.bpfFilesystem, options.name);
  const opened = new Opened();
  const pins = new MapPins(paths, ADOPTERS);
  try {
    return open(native, paths, pins, options, opened);
  } catch (error) {
    opened.close();
    pins.abandon();
    removeIfEmpty(paths);
    throw error;
  }
}

function open(
  native: Native,
  paths: PinPaths,
  pins: MapPins,
  options: DataPathOptions,
  opened: Opened,
): DataPath {
  const cpus = native.numPossibleCpus();
  const programs = opened.add(new Programs());
  const needed = new Set<ProgramName>(options.interfaces.map(({ roles }) => programFor(roles)));
  programs.load(native, options.bpfDirectory, needed.size > 0 ? needed : new Set(['eid_ingress']), {
    pinPaths: pins.paths,
    maxEntries: mapSizes(options.sizes, cpus),
  });
  const maps = new Map<MapName, BpfMap>(MAP_NAMES.map((name) => [name, opened.add(programs.map(name))]));
  const map: MapByName = (name) => maps.get(name) ?? opened.add(programs.map(name));
  pins.adopt(native, map);

  const counters = new AdapterCounters();
  const tables = new Tables(map, cpus, statusBits(options), counters);
  const adopted: AdoptedState | undefined = pins.adopts ? tables.adopt() : undefined;
  writeConfiguration(map, options);
  const caches = new Caches(
    map('xtr_caches'),
    cacheSlots(cpus),
    cachedFlows(cpus),
    map('xtr_mapping_counters').maxEntries / cpus,
  );
  tables.publish();
  const sender = opened.add(new PacketSender(native, counters));
  const punts = opened.add(new Punts(native, map('xtr_punts'), sender, counters));

  const links = opened.add(new Links(native, paths, options));
  const interfaces = attach(links, programs, map, options);
  pins.commit();
  const parts = {
    ...{ tables, caches, counters, adopted, interfaces, punts },
    ...{ pinPath: paths.instance, maps: [...maps.values()] },
    injector: new Injector(interfaces, sender, counters),
    close: () => opened.close(),
  };
  return new XdpDataPath(parts, map('xtr_counters'), map('xtr_punt_counters'));
}

/** Attaches the programs to their interfaces. All maps must have been written. */
function attach(
  links: Links,
  programs: Programs,
  map: MapByName,
  { interfaces }: DataPathOptions,
): Interfaces {
  try {
    links.takeOver();
    links.removeOthers(interfaces);
    return new Interfaces(links, programs, map, interfaces);
  } catch (error) {
    links.abandon();
    throw error;
  }
}

/** Bit n is the n-th local locator of a record. All local locators count as up. */
function statusBits({ locatorStatusBits, localRlocs }: DataPathOptions): number | undefined {
  if (!locatorStatusBits) return undefined;
  return 2 ** Math.min(localRlocs.length, STATUS_BITS) - 1;
}
