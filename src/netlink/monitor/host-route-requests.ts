// SPDX-License-Identifier: Apache-2.0
// Host routes of dynamic EIDs, in the kernel's main table for all instance IDs. Runs in the monitor process.
import { ADDRESS_BITS, hostPrefix } from '#addr/index.js';
import type { HostRoute, HostRouteChange, HostRouteRefusal } from './monitor-messages.js';
import { forgetNeighbour } from './neighbour-requests.js';
import { RequestError, type RequestSocket } from './request-socket.js';
import {
  NLM_F_CREATE,
  NLM_F_REPLACE,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RT_TABLE_MAIN,
  RTM_DELROUTE,
  RTM_GETROUTE,
  RTM_NEWROUTE,
  RTPROT_XTRD,
} from '#netlink/rtnetlink/constants.js';
import { decodeRoute, encodeInterfaceRoute, encodeRouteDump } from '#netlink/rtnetlink/route.js';

/**
 * Metric of host routes. It differs from the kernel's default (0 for IPv4, 1024 for IPv6): NLM_F_REPLACE replaces the
 * route with the same prefix and metric, and must not replace routes of others.
 */
export const HOST_ROUTE_METRIC = 4342;

/** Applies the changes in order. @returns for each change undefined, or the refusal of the kernel */
export async function changeHostRoutes(
  requests: RequestSocket,
  changes: readonly HostRouteChange[],
): Promise<(HostRouteRefusal | undefined)[]> {
  const outcomes: (HostRouteRefusal | undefined)[] = [];
  for (const { route, wanted } of changes) {
    try {
      await (wanted ? addHostRoute : deleteHostRoute)(requests, route);
      outcomes.push(undefined);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      outcomes.push({ code: error.code, message: error.message });
    }
  }
  return outcomes;
}

/** Adds the route, or moves it to another interface. @throws RequestError */
async function addHostRoute(requests: RequestSocket, route: HostRoute): Promise<void> {
  const payload = encodeInterfaceRoute({ ...ours(route), scope: RT_SCOPE_LINK });
  await requests.request('RTM_NEWROUTE', RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, payload);
}

/** Deletes the route of this interface, if it exists. @throws RequestError */
async function deleteHostRoute(requests: RequestSocket, route: HostRoute): Promise<void> {
  const payload = encodeInterfaceRoute({ ...ours(route), scope: RT_SCOPE_NOWHERE });
  try {
    await requests.request('RTM_DELROUTE', RTM_DELROUTE, 0, payload);
  } catch (error) {
    // ESRCH: no such route; ENODEV: the interface is gone, and its routes with it
    if (!(error instanceof RequestError) || !['ESRCH', 'ENODEV'].includes(error.code)) throw error;
  }
  await forgetNeighbour(requests, route.ifindex, route.address);
}

function ours({ address, ifindex }: HostRoute) {
  return { prefix: hostPrefix(address), ifindex, protocol: RTPROT_XTRD, metric: HOST_ROUTE_METRIC };
}

/** The host routes of any xtrd in the main table. @throws RequestError */
export async function listHostRoutes(requests: RequestSocket): Promise<HostRoute[]> {
  const messages = await requests.dump('RTM_GETROUTE', RTM_GETROUTE, encodeRouteDump());
  return messages.flatMap((message) => {
    const route = decodeRoute(message.data);
    const [nextHop] = route?.nextHops ?? [];
    if (route?.protocol !== RTPROT_XTRD || route.table !== RT_TABLE_MAIN || nextHop === undefined) return [];
    if (route.prefix.length !== ADDRESS_BITS[route.prefix.address.family]) return [];
    return [{ address: route.prefix.address, ifindex: nextHop.ifindex }];
  });
}
