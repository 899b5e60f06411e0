// SPDX-License-Identifier: Apache-2.0
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { DataPathError } from '#datapath/data-path-error.js';
import { xtr_constants } from '#datapath/generated/layout.js';

/** Magic number of a BPF file system (linux/magic.h). */
const BPF_FS_MAGIC = 0xcafe4a11;

export const XDP_MODES = ['native', 'generic'] as const;
export type XdpMode = (typeof XDP_MODES)[number];

/** BPF file systems take no dot in a name; VLAN interfaces have one. */
export function encodePinName(name: string): string {
  return name.replace(/[%./]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

export function decodePinName(name: string): string {
  return name.replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

/** Where the maps and links of one instance are pinned: <bpffs>/xtrd/<name>/v<layout version>/... */
export class PinPaths {
  /** Of all layout versions. */
  readonly instance: string;
  readonly version: string;
  readonly maps: string;
  readonly links: string;

  /** @throws DataPathError when there is no BPF file system */
  constructor(bpfFilesystem: string, name: string) {
    checkBpfFilesystem(bpfFilesystem);
    this.instance = join(bpfFilesystem, 'xtrd', encodePinName(name));
    this.version = join(this.instance, `v${xtr_constants.XTR_LAYOUT_VERSION}`);
    this.maps = join(this.version, 'maps');
    this.links = join(this.version, 'links');
  }

  /** A link does not tell its mode, so its path does. */
  link(mode: XdpMode, interfaceName: string): string {
    return join(this.links, mode, encodePinName(interfaceName));
  }
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
