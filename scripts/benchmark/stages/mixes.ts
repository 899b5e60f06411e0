// SPDX-License-Identifier: Apache-2.0
import { FIRST_REMOTE_RLOC, REMOTE_EIDS, WEST } from '#scripts/benchmark/site/addresses.js';
import type { Router } from '#scripts/benchmark/site/router.js';
import type { FrameFields, Shape } from '#scripts/packets/frame.js';
import { shapeName } from '#scripts/packets/frame.js';
import { hostMapping, toOne } from './tables.js';
import type { FlowSpec } from '#scripts/packets/flows.js';

/** EIDs of one family over RLOCs of another: the four mixes that RFC 9300 demands. */
export type Mix = Required<Shape>;
export const MIXES: readonly Mix[] = ([4, 6] as const).flatMap((eid) =>
  ([4, 6] as const).map((rloc) => ({ eid, rloc })),
);

/** 'v4-in-v6': IPv4 EIDs over IPv6 RLOCs. */
export function mixName(mix: Mix): string {
  return shapeName(mix).replaceAll('_', '-');
}

/** The generator's end of a link, and the router's. */
export interface LinkEnds {
  readonly fromMac: Uint8Array;
  readonly toMac: Uint8Array;
}

/** From the host of a site, on its own. */
export function hostFrame(eid: 4 | 6, { fromMac, toMac }: LinkEnds): FrameFields {
  return { shape: { eid }, fromMac, toMac, sourceEid: WEST.host[eid] };
}

/** From a remote RLOC to ours, for the host of a site. */
export function tunnelFrame(mix: Mix, { fromMac, toMac }: LinkEnds): FrameFields {
  return {
    ...{ shape: mix, fromMac, toMac, sourceEid: REMOTE_EIDS[mix.rloc][mix.eid] },
    ...{ sourceRloc: FIRST_REMOTE_RLOC[mix.rloc], destinationRloc: WEST.rloc[mix.rloc] },
  };
}

export function toRemote({ eid, rloc }: Mix): FlowSpec {
  return toOne(REMOTE_EIDS[rloc][eid]);
}

export function toLocal({ eid }: Mix): FlowSpec {
  return toOne(WEST.host[eid]);
}

/** One remote EID for each of these mixes, mapped to its RLOC. */
export async function mapRemotes(router: Router, mixes = MIXES): Promise<void> {
  const { rloc: own } = router.site;
  await router.process.call(
    'apply',
    mixes.map(({ eid, rloc }) => hostMapping(REMOTE_EIDS[rloc][eid], FIRST_REMOTE_RLOC[rloc], own[rloc])),
  );
}
