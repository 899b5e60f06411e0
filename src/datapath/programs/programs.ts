// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataPathError } from '#datapath/data-path-error.js';
import { ageNote, checkTestRuns, multiBufferOptions } from './kernel-features.js';
import { type BpfMap, type BpfObject, type BpfProgram, isBpfError, type Native } from '#datapath/native.js';
import type { DataPathInterface } from '#datapath/options.js';
import type { MapName } from '#datapath/generated/layout.js';
import type { MapSizes } from '#datapath/tables/map-sizes.js';

export type ProgramName = 'eid_ingress' | 'rloc_ingress' | 'both_ingress';

/** From build/src/datapath to bpf/build. */
const BPF_DIRECTORY = fileURLToPath(new URL('../../../../bpf/build', import.meta.url));

export function programFor(roles: DataPathInterface['roles']): ProgramName {
  if (!roles.includes('rloc')) return 'eid_ingress';
  return roles.includes('eid') ? 'both_ingress' : 'rloc_ingress';
}

interface LoadOptions {
  /** By map name. */
  readonly pinPaths: Record<string, string>;
  readonly maxEntries: MapSizes;
}

/** The BPF objects that the interfaces need. Each declares all maps; they share them through the pins. */
export class Programs {
  readonly #objects = new Map<ProgramName, BpfObject>();
  readonly #programs = new Map<ProgramName, BpfProgram>();

  /** @throws DataPathError */
  load(
    native: Native,
    directory: string | undefined,
    names: ReadonlySet<ProgramName>,
    options: LoadOptions,
  ): void {
    for (const name of names) {
      const path = join(directory ?? BPF_DIRECTORY, `${name}.bpf.o`);
      if (!existsSync(path)) throw new DataPathError(`${path} does not exist: run scripts/build`);
      const object = load(native, path, options);
      this.#objects.set(name, object);
      const program = object.program(`xtr_${name}`);
      this.#programs.set(name, program);
      checkTestRuns(program);
    }
  }

  program(name: ProgramName): BpfProgram {
    const program = this.#programs.get(name);
    if (program === undefined) throw new Error(`program ${name} is not loaded`);
    return program;
  }

  /** @throws BpfError ENOENT */
  map(name: MapName): BpfMap {
    const [object] = this.#objects.values();
    if (object === undefined) throw new Error('no program is loaded');
    return object.map(name);
  }

  close(): void {
    for (const handle of [...this.#programs.values(), ...this.#objects.values()]) handle.close();
  }
}

function load(native: Native, path: string, options: LoadOptions): BpfObject {
  try {
    return native.loadObject(path, { ...options, ...multiBufferOptions(native) });
  } catch (error) {
    if (!isBpfError(error)) throw error;
    throw new DataPathError(`${error.message}${adviceFor(error.code)}${ageNote()}`, { cause: error });
  }
}

function adviceFor(code: string): string {
  if (code === 'EPERM') return ' (loading programs needs root, or CAP_BPF and CAP_NET_ADMIN)';
  if (code !== 'EEXIST') return '';
  return ' (pinned maps keep their old sizes: run xtrd --teardown FILE, then start again)';
}
