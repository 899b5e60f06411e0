// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from '#addr/index.js';
import type { EidSighting } from '#control/contract/inputs.js';
import {
  checkKernelSettings,
  type KernelNetworkOptions,
  type LinuxKernelNetwork,
  openKernelNetwork,
} from '#netlink/index.js';
import { RequestSocket } from '#netlink/monitor/request-socket.js';
import { NETLINK_GENERIC } from '#netlink/rtnetlink/constants.js';
import { findFamily } from '#netlink/monitor/xdp-feature-requests.js';
import { say, serve } from './serve.js';

let network: LinuxKernelNetwork;

function tell(what: string, { eid, ifindex, discovery }: EidSighting): void {
  say(`${what} ${discovery} ${formatAddress(eid.address)} on ${ifindex} in ${eid.instanceId}`);
}

async function open(options: KernelNetworkOptions): Promise<void> {
  network = await openKernelNetwork({ ...options, log: (level, message) => say(`${level}: ${message}`) });
  network.onEidSighted((each) => tell('sighted', each));
  network.onOwnAddresses((own) =>
    say(
      `gateways ${own.map(({ eid, ifindex }) => `${formatAddress(eid.address)} on ${ifindex}`).join(', ')}`,
    ),
  );
  network.onEidLost((each) => tell('lost', each));
}

/** Finds the message type of a generic netlink family. */
const family = (name: string): Promise<number | undefined> =>
  findFamily(new RequestSocket(NETLINK_GENERIC), name);

serve({ open, monitorPid: () => network.monitorPid, checkKernelSettings, findFamily: family }, () => network);
