// SPDX-License-Identifier: Apache-2.0
// Runs inside a namespace (Node cannot enter one): opens the adapter, does what the test asks, says what it hears.
import { formatAddress } from '../../../src/addr/index.js';
import type { EidSighting } from '../../../src/control/machine.js';
import {
  checkKernelSettings,
  type LinuxKernelNetwork,
  openKernelNetwork,
} from '../../../src/netlink/index.js';

export interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

let network: LinuxKernelNetwork;

function say(what: string): void {
  process.send?.({ heard: what });
}

function sighting(what: string, { eid, ifindex, discovery }: EidSighting): void {
  say(`${what} ${discovery} ${formatAddress(eid.address)} on ${ifindex} in ${eid.instanceId}`);
}

async function open(options: { eidInterfaces: [] }): Promise<void> {
  network = await openKernelNetwork({ ...options, log: (level, message) => say(`${level}: ${message}`) });
  network.onEidSighted((each) => sighting('sighted', each));
  network.onEidLost((each) => sighting('lost', each));
}

const methods: Record<string, (...args: never[]) => unknown> = {
  open,
  monitorPid: () => network.monitorPid,
  checkKernelSettings,
};

process.on('message', ({ id, method, args }: Call) => {
  const call = methods[method] ?? (network as unknown as typeof methods)[method]?.bind(network);
  Promise.resolve()
    .then(() => call?.(...(args as never[])))
    .then(
      (result) => process.send?.({ id, result }),
      (error: Error & { code?: string }) => process.send?.({ id, error: error.code ?? error.message }),
    );
});
process.on('disconnect', () => process.exit(0));
