// SPDX-License-Identifier: Apache-2.0
import { readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { DataPathError } from '#datapath/data-path-error.js';
import { type MapName, xtr_constants, xtr_maps } from '#datapath/generated/layout.js';

/** Magic number of a BPF file system (linux/magic.h). */
const BPF_FS_MAGIC = 0xcafe4a11;

export const XDP_MODES = ['native', 'generic'] as const;
export type XdpMode = (typeof XDP_MODES)[number];

const STATE_DIRECTORY = /^state-v(\d+)$/;
/** Directories of the layout before the first release, which had links and maps together below v1 to v5. */
const OLD_LAYOUT_DIRECTORY = /^v\d+$/;

/** BPF file systems refuse names with a dot; VLAN interfaces have one. */
export function encodePinName(name: string): string {
  return name.replace(/[%./]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

export function decodePinName(name: string): string {
  return name.replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

const MAP_NAMES = Object.keys(xtr_maps) as MapName[];
export const STATE_MAPS: readonly MapName[] = MAP_NAMES.filter((name) => xtr_maps[name].class === 'state');
export const VOLATILE_MAPS: readonly MapName[] = MAP_NAMES.filter(
  (name) => xtr_maps[name].class === 'volatile',
);

/**
 * Pin paths of one instance:
 *
 *   <bpffs>/xtrd/<name>/links/<mode>/<interface>   XDP links; each start updates them in place
 *   <bpffs>/xtrd/<name>/state-v<N>/<map>           maps that the next agent adopts; N is XTR_STATE_VERSION
 *   <bpffs>/xtrd/<name>/volatile/<map>             all other maps of the attached programs; each start creates its own
 *   <bpffs>/xtrd/<name>/starting/                  state and volatile maps of an incomplete start
 */
export class PinPaths {
  readonly instance: string;
  readonly links: string;
  readonly state: string;
  readonly volatile: string;
  readonly starting: { readonly all: string; readonly state: string; readonly volatile: string };

  /** @throws DataPathError if there is no BPF file system */
  constructor(bpfFilesystem: string, name: string) {
    checkBpfFilesystem(bpfFilesystem);
    this.instance = join(bpfFilesystem, 'xtrd', encodePinName(name));
    this.links = join(this.instance, 'links');
    this.state = stateDirectory(this.instance, xtr_constants.XTR_STATE_VERSION);
    this.volatile = join(this.instance, 'volatile');
    const all = join(this.instance, 'starting');
    this.starting = { all, state: join(all, 'state'), volatile: join(all, 'volatile') };
  }

  /** The path contains the mode, since a link does not tell it. */
  link(mode: XdpMode, interfaceName: string): string {
    return join(this.links, mode, encodePinName(interfaceName));
  }

  stateOf(version: number): string {
    return stateDirectory(this.instance, version);
  }

  /** Versions of the pinned state, newest first. The instance must exist. */
  stateVersions(): number[] {
    const versions = readdirSync(this.instance).flatMap((entry) => STATE_DIRECTORY.exec(entry)?.[1] ?? []);
    return versions.map(Number).sort((a, b) => b - a);
  }

  /** Directories of the layout before the first release. The instance must exist. */
  oldLayouts(): string[] {
    const found = readdirSync(this.instance).filter((entry) => OLD_LAYOUT_DIRECTORY.test(entry));
    return found.map((entry) => join(this.instance, entry));
  }
}

function stateDirectory(instance: string, version: number): string {
  return join(instance, `state-v${version}`);
}

/** Paths by map name. */
export function mapPaths(names: readonly MapName[], directory: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, join(directory, name)]));
}

/** Pin paths of the maps of a running data path, by map name. @param pinPath of its status */
export function pinnedMaps(pinPath: string): Record<string, string> {
  return {
    ...mapPaths(STATE_MAPS, stateDirectory(pinPath, xtr_constants.XTR_STATE_VERSION)),
    ...mapPaths(VOLATILE_MAPS, join(pinPath, 'volatile')),
  };
}

function checkBpfFilesystem(path: string): void {
  let type: number | undefined;
  try {
    type = statfsSync(path).type;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  if (type === BPF_FS_MAGIC) return;
  throw new DataPathError(
    `no BPF file system is mounted on ${path}: mkdir -p ${path} && mount -t bpf bpf ${path}`,
  );
}
