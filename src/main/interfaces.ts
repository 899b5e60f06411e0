// SPDX-License-Identifier: Apache-2.0
import type { InterfaceConfig } from '../core/configuration.js';
import type { Link } from '../netlink/index.js';

/** A configured interface as it is on this machine. */
export interface ResolvedInterface extends InterfaceConfig {
  readonly ifindex: number;
  /** 6 bytes. */
  readonly mac: Uint8Array;
}

/** @throws Error that names every interface which the machine does not have or xtrd cannot use */
export function resolveInterfaces(
  configured: readonly InterfaceConfig[],
  links: readonly Link[],
): ResolvedInterface[] {
  const problems: string[] = [];
  const resolved = configured.flatMap((each) => {
    const link = links.find(({ name }) => name === each.name);
    if (link?.mac.length === 6) return [{ ...each, ifindex: link.ifindex, mac: link.mac }];
    problems.push(link ? `${each.name} is no Ethernet interface` : `there is no interface ${each.name}`);
    return [];
  });
  if (problems.length === 0) return resolved;
  const known = links.map(({ name }) => name).join(', ');
  throw new Error(`${problems.join('; ')}. This machine has: ${known}`);
}
