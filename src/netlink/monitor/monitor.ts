// SPDX-License-Identifier: Apache-2.0
// The monitor process. It has all netlink sockets, because the `netlink` package aborts its process when a receive
// buffer overruns. Its state can always be restored by a full dump and by the agent.
import { changeHostRoutes, listHostRoutes } from './host-route-requests.js';
import { KernelWatch } from './kernel-watch.js';
import type { FromMonitor, MonitorRequest, ToMonitor } from './monitor-messages.js';
import { probeNeighbour } from './neighbour-requests.js';
import { NextHopKeeper } from './next-hop-keeper.js';
import { ProbeQueue } from './probe-queue.js';
import { RequestSocket } from './request-socket.js';
import { decodeLocalAddress, encodeLocalAddressDump } from '#netlink/rtnetlink/address.js';
import { NETLINK_GENERIC, NETLINK_ROUTE, RTM_GETADDR, RTM_GETLINK } from '#netlink/rtnetlink/constants.js';
import { decodeLink, encodeLinkDump } from '#netlink/rtnetlink/link.js';
import { listXdpFeatures } from './xdp-feature-requests.js';

/** How often the counters of this process are sent to the agent. */
const COUNTS_ms = 1_000;

const requests = new RequestSocket(NETLINK_ROUTE);
const genericRequests = new RequestSocket(NETLINK_GENERIC);
const watch = new KernelWatch(requests, send);
const nextHops = new NextHopKeeper(requests, (mtus) => send({ type: 'route-mtus', mtus }));
const probes = new ProbeQueue((host) => probeNeighbour(requests, host));

function send(message: FromMonitor, taken?: () => void): void {
  // Fails only if the agent has ended. Then this process ends, too.
  process.send?.(message, undefined, undefined, () => taken?.());
}

async function perform(request: MonitorRequest): Promise<unknown> {
  switch (request.type) {
    case 'links':
      return (await requests.dump('RTM_GETLINK', RTM_GETLINK, encodeLinkDump())).flatMap(
        ({ data }) => decodeLink(data) ?? [],
      );
    case 'addresses': {
      const messages = await requests.dump('RTM_GETADDR', RTM_GETADDR, encodeLocalAddressDump());
      return messages.flatMap(({ data }) => decodeLocalAddress(data) ?? []);
    }
    case 'xdp-features':
      return listXdpFeatures(genericRequests, request.ifindexes);
    case 'host-routes':
      return listHostRoutes(requests);
    case 'change-host-routes':
      return changeHostRoutes(requests, request.changes);
  }
}

async function answer(id: number, request: MonitorRequest): Promise<void> {
  try {
    send({ type: 'reply', id, result: await perform(request) });
  } catch (error) {
    const { code = 'UNKNOWN', message } = error as Error & { code?: string };
    send({ type: 'refused', id, code, message });
  }
}

let last: Promise<void> = Promise.resolve();
let reported = '';

process.on('message', (message: ToMonitor) => {
  if (message.type === 'stop') process.exit(0);
  else if (message.type === 'watch') watch.watch(message.ifindexes, message.names);
  else if (message.type === 'keep-neighbours') nextHops.keep(message.rlocs);
  else if (message.type === 'probe') last = last.then(() => probes.add(message.neighbours));
  else last = last.then(() => answer(message.id, message.request)); // one request after the other
});
process.on('disconnect', () => process.exit(0));
// A terminal or a service manager signals the whole process group, but the agent decides when the monitor ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

setInterval(() => {
  const counts = { ...watch.counts, ...nextHops.counts, ...probes.counts };
  if (JSON.stringify(counts) !== reported) send({ type: 'counts', counts });
  reported = JSON.stringify(counts);
}, COUNTS_ms);
send({ type: 'ready', receiveBufferBytes: watch.receiveBufferBytes });
