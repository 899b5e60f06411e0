// SPDX-License-Identifier: Apache-2.0
// Where a node keeps what is the lab's: the same paths on every back end.

export const RUN_DIRECTORY = '/run/xtrd-lab';
/** The commands that every node has in PATH. */
export const PROGRAMS = `${RUN_DIRECTORY}/bin`;

export function logOf(name: string): string {
  return `${RUN_DIRECTORY}/${name}.log`;
}

/** The default socket of the agent that is called like its node. */
export function socketOf(node: string): string {
  return `/run/xtrd/${node}.sock`;
}

export function pinsOf(node: string): string {
  return `/sys/fs/bpf/xtrd/${node}`;
}
