// SPDX-License-Identifier: Apache-2.0
import type { DataPath } from '#core/ports.js';
import {
  checksumWarnings,
  type LinuxKernelNetwork,
  redirectWarnings,
  takesUnfinishedChecksums,
} from '#netlink/index.js';
import type { Log } from '#observe/index.js';

/**
 * Warns of interfaces that lose or corrupt redirected packets. It asks the kernel each time, since a veth depends on
 * its peer.
 */
export class RedirectCheck {
  readonly #network: Pick<LinuxKernelNetwork, 'links' | 'xdpFeatures'>;
  readonly #dataPath: Pick<DataPath, 'status'>;
  readonly #log: Pick<Log, 'warn'>;
  #known: readonly string[] = [];

  constructor(
    network: Pick<LinuxKernelNetwork, 'links' | 'xdpFeatures'>,
    dataPath: Pick<DataPath, 'status'>,
    log: Pick<Log, 'warn'>,
  ) {
    this.#network = network;
    this.#dataPath = dataPath;
    this.#log = log;
  }

  /** The present warnings. New ones are logged. */
  async warnings(): Promise<readonly string[]> {
    const found = await this.#read();
    for (const warning of found) if (!this.#known.includes(warning)) this.#log.warn(`offloads: ${warning}`);
    this.#known = found;
    return found;
  }

  async #read(): Promise<readonly string[]> {
    const attached = this.#dataPath.status().interfaces;
    try {
      const links = await this.#network.links();
      const features = await this.#network.xdpFeatures(attached.map(({ ifindex }) => ifindex));
      return [
        ...redirectWarnings(attached, links, features),
        ...checksumWarnings(attached, takesUnfinishedChecksums),
      ];
    } catch (error) {
      return [`XDP features of the interfaces cannot be read now: ${(error as Error).message}`];
    }
  }
}
