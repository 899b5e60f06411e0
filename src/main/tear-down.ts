// SPDX-License-Identifier: Apache-2.0
import { claimSocketPath } from '#api/index.js';
import { loadConfiguration } from '#config/index.js';
import { tearDown } from '#datapath/index.js';
import { openKernelNetwork } from '#netlink/index.js';

/**
 * `xtrd --teardown`: removes the XDP programs, pins and host routes of an instance.
 * @throws ConfigurationError; ApiSocketError if its agent is running, since it would lose its data path
 */
export async function tearDownInstance(file: string): Promise<void> {
  const { configuration } = await loadConfiguration(file, {
    // Nothing is sent, so any value will do.
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
