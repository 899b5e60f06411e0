// SPDX-License-Identifier: Apache-2.0
import { readFile, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Backend } from '#scripts/testbed/backend.js';
import { monotonic_ms } from '#scripts/kit/clock.js';
import { endOtherRun, writeLock } from '#scripts/testbed/lock.js';
import { Ownership } from '#scripts/testbed/ownership.js';
import { NODES, type NodeName } from '#scripts/testbed/topology.js';
import { type Base, keepLogs, type Say } from '#scripts/vm/boot.js';
import { COMMAND_TIMEOUT_ms, type Guest } from '#scripts/vm/machine/guest.js';
import { monitor, setLink } from '#scripts/vm/machine/monitor.js';
import { monitorSocket } from '#scripts/vm/machine/qemu.js';
import { lookIn } from './look-in.js';
import { type LabMachine, startMachines } from './machines.js';
import { LOCK, NAMESPACE_PREFIX, RUN_DIRECTORY } from './names.js';
import { buildSwitches, plugInto } from './network.js';
import { environmentOf, putFile } from './node.js';
import { PACES } from './pace.js';
import type { NicOptions } from './plan.js';
import { followInGuest, startInGuest } from './processes.js';
import { logOf } from '#scripts/testbed/names.js';
import { removeNamespaces } from '#scripts/kit/netns.js';

export const COMMAND = 'scripts/vmlab';

export interface LabOptions {
  /** Undefined where nothing is booted: to look in, or to take down. */
  readonly base?: Base;
  /** The NICs in switches. */
  readonly nics?: Omit<NicOptions, 'directory'>;
  readonly say?: Say;
}

const USUAL_NICS = { queues: 1, guestOffloads: true };

/** Every node a virtual machine of this machine. Its root is this machine's, read-only below a layer in memory. */
export function virtualMachines({ base, nics = USUAL_NICS, say = () => undefined }: LabOptions): Backend {
  const ownership = new Ownership(RUN_DIRECTORY, COMMAND);
  const nodesOfLogs = new Map<string, NodeName>();
  let machines: ReadonlyMap<NodeName, LabMachine> = new Map();

  const guestOf = (node: NodeName): Guest => {
    const guest = machines.get(node)?.guest;
    if (guest === undefined) throw new Error(`${node} has not booted`);
    return guest;
  };

  const pace = PACES[base?.accelerator ?? 'tcg'];
  return {
    command: COMMAND,
    pace,
    clockOffset_ms: (node) => guestOf(node).clockOffset_ms,

    async up() {
      if (base === undefined) throw new Error('no kernel to boot');
      await ownership.claim();
      await writeLock(LOCK);
      await buildSwitches(nics.queues);
      machines = await startMachines(base, nics, say);
    },

    async down({ force }) {
      if (!force) ownership.refuseForeign();
      await endOtherRun(LOCK);
      for (const { guest } of machines.values()) guest.close();
      machines = new Map();
      await removeNamespaces((name) => name.startsWith(NAMESPACE_PREFIX));
      await rm(RUN_DIRECTORY, { recursive: true, force: true });
    },

    isUp: () => ownership.isUp(),
    refuseForeign: () => ownership.refuseForeign(),
    keepEvidence: () => keepLogs(RUN_DIRECTORY, 'vmlab'),

    run: (node, command, timeout_ms = COMMAND_TIMEOUT_ms) =>
      guestOf(node).run(command, { timeout_ms, environment: environmentOf(node) }),

    follow: (node, command) => followInGuest(guestOf(node), command, environmentOf(node)),

    start(node, name, command) {
      nodesOfLogs.set(name, node);
      return startInGuest(guestOf(node), command, environmentOf(node), logOf(name));
    },

    async log(name) {
      const node = nodesOfLogs.get(name);
      return node === undefined ? '' : guestOf(node).must(['cat', logOf(name)]);
    },

    async copy(node, file) {
      return putFile(guestOf(node), basename(file), await readFile(file, 'utf8'));
    },

    /** The machine sees its carrier go and come. */
    async moveCable(node, interfaceName, to) {
      const path = monitorSocket({ name: node, directory: RUN_DIRECTORY });
      const nic = NODES.find(({ name }) => name === node)?.interfaces.findIndex(
        ({ name }) => name === interfaceName,
      );
      if (nic === undefined || nic < 0) throw new Error(`${node} has no interface ${interfaceName}`);
      const pulled_ms = monotonic_ms();
      await monitor(path, [setLink(nic, false)]);
      await plugInto(node, interfaceName, to);
      await monitor(path, [setLink(nic, true)]);
      return pulled_ms;
    },

    exec: lookIn,
  };
}
