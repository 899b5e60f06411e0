// SPDX-License-Identifier: Apache-2.0
import type { NodeName } from '#scripts/testbed/topology.js';

/** Sockets and logs of the machines, on this machine. */
export const RUN_DIRECTORY = '/run/xtrd-vmlab';
export const LOCK = `${RUN_DIRECTORY}/lab.pid`;

export const NAMESPACE_PREFIX = 'xtrd-vmlab-';
/** The emulators run in it, beside the switches. */
export const ACCESS = `${NAMESPACE_PREFIX}access`;

/** Lock of a port of a node's agent that `exec` uses; the lab itself uses port 0. */
export function portLock(node: NodeName, port: number): string {
  return `${RUN_DIRECTORY}/${node}.port${port}.pid`;
}
