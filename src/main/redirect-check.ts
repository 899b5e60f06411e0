// SPDX-License-Identifier: Apache-2.0
import type { DataPath } from '#core/ports.js';
import {
  checksumWarnings,
  type LinuxKernelNetwork,
  redirectWarnings,
  takesUnfinishedChecksums,
} from '#netlink/index.js';
import type { Log } from '#observe/index.js';

/** Interfaces that lose redirected packets, or spoil them. It is asked anew each time: a veth changes with its peer. */
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

  /** Those that there are now; new ones are logged. */
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
