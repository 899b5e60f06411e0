// SPDX-License-Identifier: Apache-2.0
import { RUN_DIRECTORY } from '#scripts/testbed/names.js';
import type { NodeName } from '#scripts/testbed/topology.js';

export const LOCK = `${RUN_DIRECTORY}/lab.pid`;

export const NAMESPACE_PREFIX = 'xtrd-lab-';
/** A hidden namespace with the switches. */
export const ACCESS = `${NAMESPACE_PREFIX}access`;

export function namespaceOf(node: NodeName): string {
  return NAMESPACE_PREFIX + node;
}
