// SPDX-License-Identifier: Apache-2.0
import type { InterfaceConfig } from '#core/configuration.js';
import type { ResolvedInterface } from '#core/ports.js';
import type { Link } from '#netlink/index.js';

/** @throws Error that names every interface that does not exist or that xtrd cannot use */
export function resolveInterfaces(
  configured: readonly InterfaceConfig[],
  links: readonly Link[],
): ResolvedInterface[] {
  const problems: string[] = [];
  const resolved = configured.flatMap((each) => {
    const found = resolve(
      each,
      links.find(({ name }) => name === each.name),
    );
    if (typeof found !== 'string') return [found];
    problems.push(found);
    return [];
  });
  if (problems.length === 0) return resolved;
  const known = links.map(({ name }) => name).join(', ');
  throw new Error(`${problems.join('; ')}. This machine has: ${known}`);
}

/** The interface, or the reason why it cannot be used. */
export function resolve(configured: InterfaceConfig, link: Link | undefined): ResolvedInterface | string {
  if (link === undefined) return `there is no interface ${configured.name}`;
  if (link.mac.length !== 6) return `${configured.name} is no Ethernet interface`;
  return { ...configured, ifindex: link.ifindex, mac: link.mac };
}

/** The interfaces with role `eid`. */
export function eidFacing(interfaces: readonly ResolvedInterface[]): ResolvedInterface[] {
  return interfaces.filter(({ roles }) => roles.includes('eid'));
}
