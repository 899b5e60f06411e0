// SPDX-License-Identifier: Apache-2.0
import type { NodeName } from '#scripts/story/topology.js';

export const RUN_DIRECTORY = '/run/xtrd-lab';
export const PROGRAMS = `${RUN_DIRECTORY}/bin`;
export const LOCK = `${RUN_DIRECTORY}/lab.pid`;

export const NAMESPACE_PREFIX = 'xtrd-lab-';
/** A hidden namespace with the switches. */
export const ACCESS = `${NAMESPACE_PREFIX}access`;

export function namespaceOf(node: NodeName): string {
  return NAMESPACE_PREFIX + node;
}

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

/**
 * Enters the network namespace alone. `ip netns exec` would also mount another /sys over the BPF file system, and pins
 * would go with it.
 */
export function inside(namespace: string, command: readonly string[]): string[] {
  return ['nsenter', `--net=/run/netns/${namespace}`, ...command];
}
