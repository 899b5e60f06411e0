// SPDX-License-Identifier: Apache-2.0
import type { DataPathStatus } from '#core/ports.js';
import { removeInterface, writeInterface } from './interface-maps.js';
import type { Links } from './links.js';
import type { BpfProgram, MapByName } from '#datapath/native.js';
import type { DataPathInterface } from '#datapath/options.js';
import { programFor, type Programs } from './programs.js';

type Attached = DataPathStatus['interfaces'][number];

/** The interfaces with their programs. Interfaces may be removed and come back. */
export class Interfaces {
  readonly #links: Links;
  readonly #programs: Programs;
  readonly #map: MapByName;
  /** By name: the interfaces that the maps contain. */
  readonly #targets: Map<string, DataPathInterface>;
  readonly #attached = new Map<string, Attached>();

  /**
   * @param targets must be in the maps already
   * @throws DataPathError
   */
  constructor(links: Links, programs: Programs, map: MapByName, targets: readonly DataPathInterface[]) {
    this.#links = links;
    this.#programs = programs;
    this.#map = map;
    this.#targets = new Map(targets.map((target) => [target.name, target]));
    for (const target of targets) this.#attach(target);
  }

  /** In configuration order, except that an interface that came back is last. */
  get status(): readonly Attached[] {
    return [...this.#attached.values()];
  }

  /** Undefined if the interface is not configured. */
  program(ifindex: number): BpfProgram | undefined {
    for (const target of this.#targets.values())
      if (target.ifindex === ifindex) return this.#programs.program(programFor(target.roles));
    return undefined;
  }

  /** Undefined: no interface of ours. */
  macOf(ifindex: number): Uint8Array | undefined {
    for (const target of this.#targets.values()) if (target.ifindex === ifindex) return target.mac;
    return undefined;
  }

  /**
   * Attaches the interface, and replaces a previous one of the same name.
   * @throws DataPathError or BpfError; then the interface is forgotten
   */
  attach(target: DataPathInterface): void {
    const before = this.#targets.get(target.name);
    if (before !== undefined && before.ifindex !== target.ifindex) removeInterface(this.#map, before.ifindex);
    this.#targets.set(target.name, target);
    try {
      writeInterface(this.#map, target); // before the first packet arrives
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
