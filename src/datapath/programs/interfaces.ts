// SPDX-License-Identifier: Apache-2.0
import type { DataPathStatus } from '#core/ports.js';
import { removeInterface, writeInterface } from './interface-maps.js';
import type { Links } from './links.js';
import type { BpfProgram, MapByName } from '#datapath/native.js';
import type { DataPathInterface } from '#datapath/options.js';
import { programFor, type Programs } from './programs.js';

type Attached = DataPathStatus['interfaces'][number];

/** The interfaces that packets are taken from, each with its program. They may come and go. */
export class Interfaces {
  readonly #links: Links;
  readonly #programs: Programs;
  readonly #map: MapByName;
  /** By name, as in the maps. */
  readonly #targets: Map<string, DataPathInterface>;
  readonly #attached = new Map<string, Attached>();

  /**
   * @param targets are in the maps already
   * @throws DataPathError
   */
  constructor(links: Links, programs: Programs, map: MapByName, targets: readonly DataPathInterface[]) {
    this.#links = links;
    this.#programs = programs;
    this.#map = map;
    this.#targets = new Map(targets.map((target) => [target.name, target]));
    for (const target of targets) this.#attach(target);
  }

  /** In order of their configuration; one that came back is the last. */
  get status(): readonly Attached[] {
    return [...this.#attached.values()];
  }

  /** Undefined: no interface of ours. */
  program(ifindex: number): BpfProgram | undefined {
    for (const target of this.#targets.values())
      if (target.ifindex === ifindex) return this.#programs.program(programFor(target.roles));
    return undefined;
  }

  /** Puts the interface in the place of what had its name. @throws DataPathError or BpfError; it is forgotten then */
  attach(target: DataPathInterface): void {
    const before = this.#targets.get(target.name);
    if (before !== undefined && before.ifindex !== target.ifindex) removeInterface(this.#map, before.ifindex);
    this.#targets.set(target.name, target);
    try {
      writeInterface(this.#map, target); // before the first packet comes in
      this.#attach(target);
    } catch (error) {
      this.forget(target.name);
      throw error;
    }
  }

  forget(name: string): void {
    const target = this.#targets.get(name);
    this.#attached.delete(name);
    this.#targets.delete(name);
    this.#links.remove(name);
    if (target !== undefined) removeInterface(this.#map, target.ifindex);
  }

  #attach(target: DataPathInterface): void {
    const { name, ifindex, roles } = target;
    const program = programFor(roles);
    const mode = this.#links.attach(target, this.#programs.program(program));
    this.#attached.set(name, { name, ifindex, roles, mode, program });
  }
}
