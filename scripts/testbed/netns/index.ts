// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Backend, Pace } from '#scripts/testbed/backend.js';
import { monotonic_ms } from '#scripts/kit/clock.js';
import { Ownership } from '#scripts/testbed/ownership.js';
import { isRouter, type NodeName } from '#scripts/testbed/topology.js';
import { buildNetwork, installFile, installPrograms } from './build.js';
import { ACCESS, LOCK, namespaceOf } from './names.js';
import { followProcess, startProcess } from '#scripts/testbed/processes.js';
import { capture, exitStatus } from '#scripts/kit/shell.js';
import { endOtherRun, writeLock } from '#scripts/testbed/lock.js';
import { tearDown } from './teardown.js';
import { portName } from '#scripts/testbed/switches.js';
import { inside, ipBatch } from '#scripts/kit/netns.js';
import { logOf, PROGRAMS, RUN_DIRECTORY, socketOf } from '#scripts/testbed/names.js';

function environment(node: NodeName): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${PROGRAMS}:${process.env['PATH'] ?? ''}`,
    ...(isRouter(node) && { XTRD_SOCKET: socketOf(node) }),
  };
}

const COMMAND = 'scripts/lab';
const PACE: Pace = { patience: 1, traffic_pps: 1_000, turn_ms: 0 };
/**
 * All nodes share one processor whose instructions are emulated. At 50 packets a second on Linux 7.2 the agents waited
 * more than 5 s for it, at which age punts are given up, and one that was started anew took seven minutes.
 */
const SLOW_PACE: Pace = { patience: 40, traffic_pps: 20, turn_ms: 250 };
const pace = (process.env['XTRD_LAB_SLOW'] ?? '') === '' ? PACE : SLOW_PACE;
const COMMAND_TIMEOUT_ms = 60_000;
const ownership = new Ownership(RUN_DIRECTORY, COMMAND);

/** Every node a network namespace of this machine. The file system is shared. */
export const networkNamespaces: Backend = {
  command: COMMAND,
  pace,
  clockOffset_ms: () => 0,

  async up() {
    await ownership.claim();
    await writeLock(LOCK);
    await installPrograms();
    await buildNetwork();
  },

  async down({ force }) {
    if (!force) ownership.refuseForeign();
    await endOtherRun(LOCK);
    await tearDown();
  },

  isUp: () => ownership.isUp(),

  refuseForeign: () => ownership.refuseForeign(),

  run: (node, command, timeout_ms = COMMAND_TIMEOUT_ms * pace.patience) =>
    capture(inside(namespaceOf(node), command), { env: environment(node), timeout_ms }),

  follow: (node, command) => followProcess(inside(namespaceOf(node), command), environment(node)),

  start: (node, name, command) =>
    startProcess(inside(namespaceOf(node), command), environment(node), logOf(name)),

  log: (name) => readFile(logOf(name), 'utf8'),

  async copy(_node, file) {
    const to = `${RUN_DIRECTORY}/${basename(file)}`;
    await installFile(file, to);
    return to;
  },

  /** Down and up at the switch: the host sees its carrier go and come. */
  async moveCable(node, interfaceName, to) {
    const port = portName(node, interfaceName);
    const pulled_ms = monotonic_ms();
    const lines = [`link set ${port} down`, `link set ${port} master ${to}`, `link set ${port} up`];
    await ipBatch(lines, { namespace: ACCESS });
    return pulled_ms;
  },

  exec: (node, command) =>
    new Promise((resolve) => {
      const [program = '', ...args] = inside(namespaceOf(node), command);
      const child = spawn(program, args, { env: environment(node), stdio: 'inherit' });
      child.once('exit', (code, signal) => resolve(exitStatus(code, signal)));
    }),
};
