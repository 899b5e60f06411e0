// SPDX-License-Identifier: Apache-2.0
// A long history of changes to nested prefixes, and what packets may see of it. Pure and deterministic.
import {
  type Eid,
  type EidPrefix,
  formatEidPrefix,
  hostEidPrefix,
  parseAddress,
  parsePrefix,
  prefixHoldsPrefix,
} from '#addr/index.js';

export interface Change {
  readonly eid: EidPrefix;
  /** Undefined: the prefix is deleted. */
  readonly rloc: string | undefined;
}

export const CHANGES = 20_000;
/** Destination of a packet to an EID without a mapping: the kernel (XDP_PASS). */
export const NOWHERE = 'verdict 2';
const INSTANCES = [0, 7];
/** Few RLOCs, so that the next hop of each stays cached: packets to a wrong one are sent, too. */
export const RLOCS = ['11.0.0.1', '11.0.0.2', '11.0.0.3', '11.0.0.4', '11.0.0.5'];
const NESTED = [
  ...[
    '1.0.0.0/8',
    '1.1.0.0/16',
    '1.1.0.0/17',
    '1.1.0.0/20',
    '1.1.1.0/24',
    '1.1.1.0/28',
    '1.1.1.0/31',
    '1.1.1.1/32',
    '1.1.1.2/32',
    '1.1.2.0/24',
  ],
  ...['fd00:1::/32', 'fd00:1::/47', 'fd00:1::/48', 'fd00:1::/63', 'fd00:1::/64', 'fd00:1:0:2::/64'],
  ...['fd00:1::/65', 'fd00:1::/96', 'fd00:1::/127', 'fd00:1::1/128'],
];
/** Prefixes that share cells and buckets of the index with those that packets look up. */
const NEIGHBOURS = Array.from({ length: 200 }, (_, i) => `1.1.${16 + i}.0/24`);
const LOOKED_FOR = [
  ...['1.1.1.1', '1.1.1.2', '1.1.1.9', '1.1.1.99', '1.1.2.1', '1.1.77.1', '1.1.3.1', '1.2.0.1'],
  ...['fd00:1::1', 'fd00:1::2', 'fd00:1:0:2::1'],
];
/** IPv6 only in instance 0: the other instance has no IPv6 host. */
export const DESTINATIONS: readonly Eid[] = INSTANCES.flatMap((instanceId) =>
  LOOKED_FOR.filter((address) => instanceId === 0 || !address.includes(':')).map((address) => ({
    instanceId,
    address: parseAddress(address),
  })),
);

/** Random numbers from 0 to `limit` - 1 (the linear congruential generator of Numerical Recipes). */
function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

export function changesOf(count: number): Change[] {
  const below = random(6830);
  const there = new Set<string>();
  return Array.from({ length: count }, () => {
    const prefixes = below(3) === 0 ? NEIGHBOURS : NESTED;
    const prefix = parsePrefix(prefixes[below(prefixes.length)] ?? '');
    const eid = { instanceId: INSTANCES[below(INSTANCES.length)] ?? 0, prefix };
    const key = formatEidPrefix(eid);
    if (there.has(key) && below(2) === 0) {
      there.delete(key);
      return { eid, rloc: undefined };
    }
    there.add(key);
    return { eid, rloc: RLOCS[below(RLOCS.length)] };
  });
}

/** Destinations of packets to the EID, before the first change and after each one, by the longest match. */
export function placesOf(changes: readonly Change[], destination: Eid): string[] {
  const host = hostEidPrefix(destination);
  const covers = changes
    .map(({ eid }) => eid)
    .filter((eid) => eid.instanceId === host.instanceId && prefixHoldsPrefix(eid.prefix, host.prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  const keys = [...new Set(covers.map(formatEidPrefix))];
  const there = new Map<string, string>();
  const after = changes.map(({ eid, rloc }) => {
    if (rloc === undefined) there.delete(formatEidPrefix(eid));
    else there.set(formatEidPrefix(eid), rloc);
    const longest = keys.find((key) => there.has(key));
    return (longest === undefined ? undefined : there.get(longest)) ?? NOWHERE;
  });
  return [NOWHERE, ...after];
}

/** Where a packet was sent. */
export interface Sighting {
  readonly place: string;
  /** Number of complete changes when it was sent. */
  readonly complete: number;
  /** Number of begun changes when it returned. */
  readonly begun: number;
}

/**
 * The first sighting that is impossible if each packet sees one state of the tables, not older than the packet before.
 */
export function impossible(places: readonly string[], seen: readonly Sighting[]): Sighting | undefined {
  let moment = 0;
  return seen.find(({ place, complete, begun }) => {
    moment = Math.max(moment, complete);
    while (moment <= begun && places[moment] !== place) moment++;
    return moment > begun;
  });
}
