// SPDX-License-Identifier: Apache-2.0
import { existsSync, linkSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { MapByName, Native } from '#datapath/native.js';
import { rawKeys } from '#datapath/tables/typed-map.js';
import type { Adopter } from './adopters.js';
import { mapPaths, type PinPaths, STATE_MAPS, VOLATILE_MAPS } from './pin-paths.js';
import { removePins } from './tear-down.js';

/**
 * The pinned maps of one start. Until `commit`, the pins of the earlier agent stay complete and its programs keep using
 * them. A start that fails, or whose agent is killed, changes nothing for the next start.
 */
export class MapPins {
  readonly #paths: PinPaths;
  /** Undefined if the pinned state is of this version, or if there is none. */
  readonly #adopter: Adopter | undefined;
  readonly #sameVersion: boolean;

  constructor(paths: PinPaths, adopters: readonly Adopter[]) {
    this.#paths = paths;
    mkdirSync(paths.instance, { recursive: true, mode: 0o700 });
    removePins(paths.starting.all);
    for (const directory of [paths.starting.state, paths.starting.volatile])
      mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#sameVersion = existsSync(paths.state);
    const versions = this.#sameVersion ? [] : paths.stateVersions();
    this.#adopter = versions
      .map((version) => adopters.find(({ from }) => from === version))
      .find((adopter) => adopter !== undefined);
    if (this.#adopter !== undefined) this.#shareUnchanged(this.#adopter);
  }

  /** Whether there is state to adopt. */
  get adopts(): boolean {
    return this.#sameVersion || this.#adopter !== undefined;
  }

  /** Pin paths for the loader, by map name. */
  get paths(): Record<string, string> {
    const { state, starting } = this.#paths;
    return {
      ...mapPaths(STATE_MAPS, this.#sameVersion ? state : starting.state),
      ...mapPaths(VOLATILE_MAPS, starting.volatile),
    };
  }

  #shareUnchanged({ from, entries }: Adopter): void {
    for (const name of STATE_MAPS) {
      const old = join(this.#paths.stateOf(from), name);
      if (entries[name] === undefined && existsSync(old))
        linkSync(old, join(this.#paths.starting.state, name));
    }
  }

  /** Fills the maps of this version from those of an earlier one. Must be called once, after loading. */
  adopt(native: Native, map: MapByName): void {
    if (this.#adopter === undefined) return;
    const { from, entries } = this.#adopter;
    for (const name of STATE_MAPS) {
      const entryOf = entries[name];
      if (entryOf === undefined) continue;
      const old = native.openPinnedMap(join(this.#paths.stateOf(from), name));
      const made = map(name);
      try {
        for (const key of rawKeys(old)) {
          const value = old.lookup(key);
          if (value !== undefined) made.update(...entryOf(key, value));
        }
      } finally {
        old.close();
      }
    }
  }

  /** After the programs are attached: replaces the earlier pins by the new ones. */
  commit(): void {
    const { starting, state, volatile } = this.#paths;
    if (!this.#sameVersion) renameSync(starting.state, state);
    removePins(volatile);
    renameSync(starting.volatile, volatile);
    removePins(starting.all);
    for (const version of this.#paths.stateVersions())
      if (this.#paths.stateOf(version) !== state) removePins(this.#paths.stateOf(version));
    for (const directory of this.#paths.oldLayouts()) removePins(directory);
  }

  /** After a failed start. */
  abandon(): void {
    removePins(this.#paths.starting.all);
  }
}
