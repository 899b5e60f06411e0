// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DataPathError } from '#datapath/data-path-error.js';
import { type BpfLink, type BpfProgram, isBpfError, type Native } from '#datapath/native.js';
import { adviceForRefusal, refusalOf } from './native-refusal.js';
import type { DataPathInterface, DataPathOptions } from '#datapath/options.js';
import { decodePinName, type PinPaths, XDP_MODES, type XdpMode } from './pin-paths.js';

/** Errors that do not come from the driver: generic XDP would fail too, or hide the cause. */
const NO_REASON_FOR_GENERIC = new Set(['EBUSY', 'EEXIST', 'EPERM', 'ENODEV']);

const ADVICE: Readonly<Record<string, string>> = {
  EBUSY:
    ': it has an XDP program already; see it with `bpftool net`, or find which xtrd instance it belongs to',
  EEXIST: ': it has an XDP program of the other mode; remove that with `ip link set dev INTERFACE xdp off`',
  EPERM: ': attaching needs root, or CAP_BPF and CAP_NET_ADMIN',
};

/**
 * The pinned XDP links, one for each interface. They keep working without this process. Their paths have no version:
 * each start, also of another version, replaces the program of a link atomically, so that no frame passes the interface
 * without a program. While some interfaces have the new program and others the old one, each frame meets one of the
 * two, with its own maps. Both forward by the same state, which does not change until the last link is updated.
 */
export class Links {
  readonly #native: Native;
  readonly #paths: PinPaths;
  readonly #wanted: DataPathOptions['xdpMode'];
  readonly #onFallback: DataPathOptions['onFallback'];
  /** By interface name. */
  readonly #links = new Map<string, BpfLink>();
  /** Interfaces whose link this process has created. */
  readonly #fresh = new Set<string>();

  constructor(
    native: Native,
    paths: PinPaths,
    { xdpMode, onFallback }: Pick<DataPathOptions, 'xdpMode' | 'onFallback'>,
  ) {
    this.#native = native;
    this.#paths = paths;
    this.#wanted = xdpMode;
    this.#onFallback = onFallback;
    for (const mode of XDP_MODES) mkdirSync(join(paths.links, mode), { recursive: true, mode: 0o700 });
  }

  /**
   * Attaches the program to the interface. A pinned link is updated atomically, otherwise a link is created.
   * @returns the mode of the link
   * @throws DataPathError
   */
  attach(target: DataPathInterface, program: BpfProgram): XdpMode {
    for (const mode of XDP_MODES) {
      const path = this.#paths.link(mode, target.name);
      if (existsSync(path) && this.#replace(path, mode, target, program)) return mode;
    }
    return this.#attachNew(target, program);
  }

  /** @returns false if the pinned link cannot be reused; then it is destroyed */
  #replace(path: string, mode: XdpMode, target: DataPathInterface, program: BpfProgram): boolean {
    const link = this.#native.openPinnedLink(path);
    // the interface may have been deleted and created again, with a new index
    if (link.ifindex !== target.ifindex || (this.#wanted !== 'auto' && this.#wanted !== mode)) {
      link.destroy();
      return false;
    }
    link.update(program);
    this.#keep(target.name, link);
    return true;
  }

  #attachNew(target: DataPathInterface, program: BpfProgram): XdpMode {
    if (this.#wanted !== 'generic') {
      try {
        return this.#attachAs('native', target, program);
      } catch (error) {
        if (!isBpfError(error) || this.#wanted === 'native' || NO_REASON_FOR_GENERIC.has(error.code))
          throw attachError(error, target);
        this.#onFallback?.(target.name, `${error.message}${refusalAdvice(target, error.code)}`);
      }
    }
    try {
      return this.#attachAs('generic', target, program);
    } catch (error) {
      throw attachError(error, target);
    }
  }

  #attachAs(mode: XdpMode, { name, ifindex }: DataPathInterface, program: BpfProgram): XdpMode {
    this.#keep(name, program.attachXdp(ifindex, mode, this.#paths.link(mode, name)));
    this.#fresh.add(name);
    return mode;
  }

  /** Moves links of the layout before the first release to their new paths, so that they are updated in place. */
  takeOver(): void {
    for (const layout of this.#paths.oldLayouts())
      for (const mode of XDP_MODES)
        for (const pin of pinsIn(join(layout, 'links', mode))) {
          const path = join(this.#paths.links, mode, pin);
          if (!existsSync(path)) renameSync(join(layout, 'links', mode, pin), path);
        }
  }

  /** After a failed start: detaches the programs from interfaces that had none before. */
  abandon(): void {
    for (const name of this.#fresh) this.remove(name);
  }

  #keep(name: string, link: BpfLink): void {
    this.#links.get(name)?.close();
    this.#links.set(name, link);
  }

  /** Detaches the programs from interfaces that are no longer configured. */
  removeOthers(targets: readonly DataPathInterface[]): void {
    const names = new Set(targets.map(({ name }) => name));
    for (const mode of XDP_MODES) {
      for (const pin of pinsIn(join(this.#paths.links, mode))) {
        if (names.has(decodePinName(pin))) continue;
        this.#native.openPinnedLink(join(this.#paths.links, mode, pin)).destroy();
      }
    }
  }

  /** Detaches the program from the interface. The interface may no longer exist. */
  remove(name: string): void {
    this.#links.get(name)?.close();
    this.#links.delete(name);
    for (const mode of XDP_MODES) {
      const path = this.#paths.link(mode, name);
      if (existsSync(path)) this.#native.openPinnedLink(path).destroy();
    }
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
  }
}

function pinsIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

function attachError(error: unknown, { name }: DataPathInterface): unknown {
  if (!isBpfError(error)) return error;
  const advice = (ADVICE[error.code] ?? refusalAdvice({ name }, error.code)).replace('INTERFACE', name);
  return new DataPathError(`interface ${name}: ${error.message}${advice}`, { cause: error });
}

function refusalAdvice({ name }: Pick<DataPathInterface, 'name'>, code: string): string {
  const advice = adviceForRefusal(refusalOf(name, code));
  return advice === '' ? '' : `: ${advice}`;
}
