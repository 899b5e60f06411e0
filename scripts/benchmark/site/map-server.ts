// SPDX-License-Identifier: Apache-2.0
// A Map-Server process on one CPU, and on another, if there is one, its ITRs and ETRs, joined by a veth pair.
import { otherCpu } from '#scripts/benchmark/cpus.js';
import type { ControlLoadMethods } from '#scripts/benchmark/inside/control-load.js';
import { Inside } from '#scripts/benchmark/inside/process.js';
import { ITR_PREFIX, SITE_EIDS } from '#scripts/benchmark/workload/control-messages.js';
import { Daemon, KEY } from './daemon.js';
import { Network } from './network.js';

const ADDRESS = { server: '9.9.9.9', load: '4.3.0.1' } as const;
const HEAP_MB = 4096;

export interface MapServerSite {
  readonly load: Inside<ControlLoadMethods>;
  readonly server: Daemon;
}

async function build(network: Network): Promise<Readonly<Record<'load' | 'server', string>>> {
  const names = { load: await network.namespace('load'), server: await network.namespace('server') };
  await network.link([names.load, 'eth0'], [names.server, 'eth0']);
  await network.ip(
    names.load,
    `address add ${ADDRESS.load}/32 dev eth0`,
    `route add ${ADDRESS.server} dev eth0 src ${ADDRESS.load}`,
    `route add local ${ITR_PREFIX} dev lo`,
  );
  await network.ip(
    names.server,
    `address add ${ADDRESS.server}/32 dev eth0`,
    `route add ${ADDRESS.load} dev eth0`,
    `route add ${ITR_PREFIX} via ${ADDRESS.load} dev eth0 onlink`,
  );
  return names;
}

/** Runs `use` on one with room for so many registrations, and leaves nothing of it behind. */
export async function withMapServer<T>(
  cpu: number,
  registrations: number,
  use: (site: MapServerSite) => Promise<T>,
): Promise<T> {
  const network = new Network();
  const processes: { kill(): Promise<void> }[] = [];
  try {
    const { load: namespace, server: serverNamespace } = await build(network);
    const nodeOptions = [`--max-old-space-size=${HEAP_MB}`];
    const load = new Inside<ControlLoadMethods>({
      ...{ namespace, module: './control-load.js', cpu: otherCpu(cpu), nodeOptions },
    });
    processes.push(load);
    const server = await Daemon.start({
      name: 'msmr',
      ...{ namespace: serverNamespace, directory: network.directory, cpu },
      configuration: {
        'map-server': {
          addresses: [ADDRESS.server],
          limits: { registrations: registrations + 1 },
          sites: [
            {
              ...{ name: 'benchmark', keys: [KEY] },
              'eid-prefixes': [
                { 'eid-prefix': SITE_EIDS, 'accept-more-specifics': true, 'proxy-reply': true },
              ],
            },
          ],
        },
      },
    });
    processes.push(server);
    await load.call('open', ADDRESS.server);
    return await use({ load, server });
  } finally {
    await Promise.all(processes.map((each) => each.kill()));
    await network.close();
  }
}
