// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Backend, type Pace, SLOW_PACE } from '#scripts/testbed/backend.js';
import { endOtherRun, writeLock } from '#scripts/testbed/lock.js';
import { capture, exitStatus, must } from '#scripts/kit/shell.js';
import { REPOSITORY } from '#scripts/kit/repository.js';
import type { NodeName } from '#scripts/testbed/topology.js';
import { until } from '#scripts/kit/wait.js';
import { Clocks } from './clocks.js';
import { MACHINES } from './machines.js';
import { hasSshConfig, inMachine, removeSshConfig, STATE, writeSshConfig } from './ssh.js';
import { followUnit, startUnit } from './units.js';
import { logOf, RUN_DIRECTORY } from '#scripts/testbed/names.js';

/** Of machines with KVM, or of VirtualBox. */
const PACE: Pace = { patience: 4, traffic_pps: 1_000, turn_ms: 0 };
const pace = process.env['XTRD_VM_DRIVER'] === 'qemu' ? SLOW_PACE : PACE;

const COMMAND_TIMEOUT_ms = 60_000;
const RESET = '/opt/xtrd/lab/scripts/vagrant/reset';
const SOURCES = '/etc/xtrd-lab/sources';
const LOCK = `${STATE}/lab.pid`;

const clocks = new Clocks();
const nodesOfLogs = new Map<string, NodeName>();

/** Runs a command on this terminal; returns its exit code. */
function onTerminal(command: readonly string[], stdin: 'inherit' | 'ignore'): Promise<number> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: REPOSITORY, stdio: [stdin, 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(exitStatus(code, signal)));
  });
}

/** Makes the machines that are not there, and starts those that do not run. */
async function vagrantUp(): Promise<void> {
  const code = await onTerminal(['vagrant', 'up'], 'ignore').catch((error: unknown) => {
    throw new Error('vagrant cannot be run: install Vagrant, and its provider libvirt or VirtualBox', {
      cause: error,
    });
  });
  if (code !== 0) throw new Error(`vagrant up: exit code ${code}; docs/vagrant.md tells what it needs`);
}

/**
 * Refuses machines that run other sources than those of this clone, or whose provisioning failed: Vagrant does not
 * provision them again by itself.
 */
async function compareSources(): Promise<void> {
  const ours = await must([`${REPOSITORY}scripts/vagrant/fingerprint`]);
  const theirs = await Promise.all(
    MACHINES.map(async ({ name }) => {
      const { code, stdout } = await capture(inMachine(name, ['cat', SOURCES]), {
        timeout_ms: COMMAND_TIMEOUT_ms * pace.patience,
      });
      // More than cat says where there is no file.
      if (code > 1) throw new Error(`${name} cannot be reached: vagrant ssh ${name} may say why`);
      return { name, sources: stdout };
    }),
  );
  const others = theirs.filter(({ sources }) => sources !== ours).map(({ name }) => name);
  if (others.length > 0)
    throw new Error(
      `${others.join(', ')}: not provisioned, or from other sources than those in ${REPOSITORY}: ` +
        'run vagrant rsync and vagrant provision',
    );
}

/** Exit code of ssh itself: the machine does not answer, or closes the connection. */
const UNREACHABLE = 255;

/** Machines that Vagrant has stopped or removed have nothing left of a story. */
async function resetMachines(): Promise<void> {
  const timeout_ms = COMMAND_TIMEOUT_ms * pace.patience;
  const results = await Promise.all(
    MACHINES.map(async ({ name }) => {
      const { code, stderr } = await capture(inMachine(name, [RESET, RUN_DIRECTORY]), { timeout_ms });
      return { name, code, stderr };
    }),
  );
  for (const { name, code, stderr } of results)
    if (code !== 0 && code !== UNREACHABLE)
      throw new Error(`${name} cannot be reset: exit code ${code}: ${stderr.trim()}`);
}

async function startClocks(): Promise<void> {
  clocks.start();
  await until('the clocks of the machines', () => clocks.known(), COMMAND_TIMEOUT_ms * pace.patience);
}

/** Every node a virtual machine of the Vagrantfile. The machines are Vagrant's: they stay when the lab is taken down. */
export const vagrantMachines: Backend = {
  command: 'scripts/lab --vagrant',
  pace,
  clockOffset_ms: (node) => clocks.offset_ms(node),

  async up() {
    await vagrantUp();
    await writeSshConfig();
    await writeLock(LOCK);
    await compareSources();
    await resetMachines();
    await startClocks();
  },

  async down() {
    clocks.stop();
    await endOtherRun(LOCK);
    if (!hasSshConfig()) return;
    await resetMachines();
    await removeSshConfig();
  },

  isUp: hasSshConfig,

  // Each clone has machines of its own.
  refuseForeign: () => undefined,

  run: (node, command, timeout_ms = COMMAND_TIMEOUT_ms * pace.patience) =>
    capture(inMachine(node, command), { timeout_ms }),

  follow: followUnit,

  start(node, name, command) {
    nodesOfLogs.set(name, node);
    return startUnit(node, command, logOf(name));
  },

  async log(name) {
    const node = nodesOfLogs.get(name);
    if (node === undefined) throw new Error(`nothing called ${name} was started`);
    return must(inMachine(node, ['cat', logOf(name)]));
  },

  async copy(node, file) {
    const to = `${RUN_DIRECTORY}/${basename(file)}`;
    const input = await readFile(file, 'utf8');
    await must(inMachine(node, ['install', '-m', '600', '/dev/stdin', to]), { input });
    return to;
  },

  /** In the machine itself: providers differ in how a cable is pulled. Down and up of its NICs looks the same. */
  async moveCable(node, _interfaceName, to) {
    const bridge = MACHINES.find(({ name }) => name === node)?.bridge;
    if (!bridge) throw new Error(`the cable of ${node} does not move`);
    const others = bridge.ports.filter((port) => port !== to);
    const pulled_ms = Number(await must(inMachine(node, ['lab-cable', to, ...others])));
    return pulled_ms + clocks.offset_ms(node);
  },

  exec: (node, command) => onTerminal(inMachine(node, command, { terminal: process.stdin.isTTY }), 'inherit'),
};
