// SPDX-License-Identifier: Apache-2.0
// Processes of a story in a machine are units in one slice of its systemd, so that all of them can be ended together.
import type { Daemon, Follower } from '#scripts/testbed/backend.js';
import { followProcess, startProcess } from '#scripts/testbed/processes.js';
import { capture } from '#scripts/kit/shell.js';
import type { NodeName } from '#scripts/testbed/topology.js';
import { environmentOf, inMachine } from './ssh.js';

/** scripts/vagrant/reset stops it. */
const SLICE = 'xtrd-lab.slice';

let started = 0;

function newUnit(): string {
  started++;
  return `xtrd-lab-${process.pid}-${started}.service`;
}

/** Ends with the unit, and with its exit code. */
function inUnit(
  node: NodeName,
  unit: string,
  options: readonly string[],
  command: readonly string[],
): string[] {
  const environment = environmentOf(node).map((setting) => `--setenv=${setting}`);
  const common = ['--quiet', '--wait', '--collect', `--slice=${SLICE}`, `--unit=${unit}`, ...environment];
  return inMachine(node, ['systemd-run', ...common, ...options, '--', ...command]);
}

/** A unit that has already ended is no error. */
function signalUnit(node: NodeName, unit: string, signal: NodeJS.Signals): Promise<unknown> {
  return capture(inMachine(node, ['systemctl', 'kill', `--signal=${signal}`, unit]));
}

export function followUnit(node: NodeName, command: readonly string[]): Follower {
  const unit = newUnit();
  return followProcess(inUnit(node, unit, ['--pipe'], command), process.env, () =>
    signalUnit(node, unit, 'SIGTERM'),
  );
}

/** @param log file in the machine */
export function startUnit(node: NodeName, command: readonly string[], log: string): Daemon {
  const unit = newUnit();
  const output = [`--property=StandardOutput=append:${log}`, '--property=StandardError=inherit'];
  const daemon = startProcess(inUnit(node, unit, output, command), process.env, '/dev/null');
  return { ...daemon, kill: (signal) => void signalUnit(node, unit, signal) };
}
