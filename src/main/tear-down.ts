// SPDX-License-Identifier: Apache-2.0
import { claimSocketPath } from '#api/index.js';
import { loadConfiguration } from '#config/index.js';
import { tearDown } from '#datapath/index.js';
import { openKernelNetwork } from '#netlink/index.js';

/**
 * `xtrd --teardown`: ends the forwarding that an instance left behind.
 * @throws ConfigurationError; ApiSocketError while its agent is running, which would go on without its data path
 */
export async function tearDownInstance(file: string): Promise<void> {
  const { configuration } = await loadConfiguration(file, {
    // Nothing is sent, so any will do.
    firstRegisterNonce: () => Promise.resolve(0n),
    generatedXtrId: () => Promise.resolve(0n),
  });
  const { name, dataPath, apiSocket } = configuration;
  await claimSocketPath(apiSocket);
  const found = tearDown(dataPath.bpfFilesystem, name);
  const network = await openKernelNetwork({ log: (_level, message) => process.stderr.write(`${message}\n`) });
  const routes = await network.flushHostRoutes().finally(() => network.close());
  const what = found ? 'XDP programs detached, pins removed' : 'nothing was pinned';
  process.stdout.write(`${name}: ${what}; ${routes} host routes removed\n`);
}
