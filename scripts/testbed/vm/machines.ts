// SPDX-License-Identifier: Apache-2.0
import { NODES, type NodeName } from '#scripts/testbed/topology.js';
import type { Base, Say } from '#scripts/vm/boot.js';
import type { Guest } from '#scripts/vm/machine/guest.js';
import { Machine } from '#scripts/vm/machine/machine.js';
import { ACCESS, RUN_DIRECTORY } from './names.js';
import { setUpNode } from './node.js';
import { cpusOf, type NicOptions, nicsOf } from './plan.js';
import { inside } from '#scripts/kit/netns.js';

/** Node needs 40 MiB to run; an agent and the programs that ask it, twice as much. */
const MEMORY_MiB = 224;
/** The answer with the shortest round trip of this many gives the clock offset. */
const CLOCK_SAMPLES = 30;

export interface LabMachine {
  readonly machine: Machine;
  readonly guest: Guest;
}

/** Boots and sets up every node. The other machines stay up when one of them fails. */
export async function startMachines(
  base: Base,
  nicOptions: Omit<NicOptions, 'directory'>,
  say: Say,
): Promise<ReadonlyMap<NodeName, LabMachine>> {
  const machines: Machine[] = [];
  for (const node of NODES) {
    const options = {
      ...{ ...base, name: node.name, directory: RUN_DIRECTORY },
      ...{ cpus: cpusOf(node, nicOptions), memory_MiB: MEMORY_MiB },
      commonClock: true,
      nics: nicsOf(node, { ...nicOptions, directory: RUN_DIRECTORY }),
    };
    machines.push(await Machine.start(options, { prefix: inside(ACCESS, []) }));
  }
  const booted = await Promise.all(
    NODES.map(async (node, i) => {
      const machine = machines[i];
      if (machine === undefined) throw new Error(`${node.name} was not started`);
      const guest = await machine.boot();
      await setUpNode(guest, node, base.accelerator);
      say(`${node.name} has booted`);
      return [node.name, { machine, guest }] as const;
    }),
  );
  // When all have booted: they answer faster then.
  for (const [, { guest }] of booted) await guest.compareClocks(CLOCK_SAMPLES);
  return new Map(booted);
}
