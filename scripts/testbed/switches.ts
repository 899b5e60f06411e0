// SPDX-License-Identifier: Apache-2.0
// Layer-2 switches at the roaming host's sites, as bridges: pure text.
import { type NodeName, SWITCHES } from './topology.js';

/** A port of a switch carries the name of what is plugged into it. */
export function portName(node: NodeName, interfaceName: string): string {
  return `${node}-${interfaceName}`;
}

/** Lines of `ip -batch`, ports aside. */
export function switchLines(): string[] {
  return SWITCHES.flatMap((name) => [
    `link add ${name} type bridge stp_state 0 mcast_snooping 0`,
    `link set ${name} addrgenmode none up`,
  ]);
}
