// SPDX-License-Identifier: Apache-2.0
import { formatAddress, type Address } from '#addr/index.js';
import type { Configuration } from '#core/configuration.js';
import type { ControlTransport, DataPath, ResolvedInterface } from '#core/ports.js';
import { loadNative, openDataPath, puntLimitsAt } from '#datapath/index.js';
import { deafInterface, type Link, type LinuxKernelNetwork, openKernelNetwork } from '#netlink/index.js';
import type { Log } from '#observe/index.js';
import { openControlTransport } from '#transport/index.js';
import { Fallbacks } from './fallbacks.js';
import { eidFacing, resolveInterfaces } from './interfaces.js';
import { settleKernel } from './kernel.js';
import { LinkWatcher } from './link-watcher.js';
import { RedirectCheck } from './redirect-check.js';

/** The open adapters of one agent. */
export interface OpenSurroundings {
  /** The present interfaces. */
  interfaces(): readonly ResolvedInterface[];
  /** Calls the listener with the interfaces, at once and after each change. There is one listener. */
  onInterfaces(listener: (interfaces: readonly ResolvedInterface[]) => void): void;
  readonly transport: ControlTransport;
  /** Undefined on a node that is only a Map-Server and Map-Resolver. */
  readonly dataPath: DataPath | undefined;
  readonly network: LinuxKernelNetwork | undefined;
  /** Present problems that prevent forwarding. */
  warnings(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Opens the adapters that the configuration needs. If one fails, the others are closed. */
export async function openSurroundings(configuration: Configuration, log: Log): Promise<OpenSurroundings> {
  const xtr = configuration.xtr && (await openXtr(configuration, configuration.xtr, log));
  try {
    const addresses = controlAddresses(configuration);
    const { openUdpSocket } = loadNative();
    const transport = openControlTransport({
      addresses,
      openUdpSocket,
      log: (level, message) => log[level](message),
    });
    const close = async (): Promise<void> => {
      transport.close();
      await xtr?.close();
    };
    return { ...(xtr ?? NO_XTR), transport, close };
  } catch (error) {
    await xtr?.close();
    throw error;
  }
}

type OpenXtr = Omit<OpenSurroundings, 'transport'>;
type XdpMode = Configuration['dataPath']['xdpMode'];

const NO_XTR: Omit<OpenXtr, 'close'> = {
  interfaces: () => [],
  onInterfaces: () => undefined,
  dataPath: undefined,
  network: undefined,
  warnings: () => Promise.resolve([]),
};

async function openXtr(
  configuration: Configuration,
  xtr: NonNullable<Configuration['xtr']>,
  log: Log,
): Promise<OpenXtr> {
  const network = await openKernelNetwork({ log: (level, message) => log[level](message) });
  try {
    const links = await network.links();
    const interfaces = resolveInterfaces(configuration.interfaces, links);
    let kernelWarnings = settleKernel(configuration, interfaces, links, log, []);
    network.watchEids(eidFacing(interfaces));
    const fallbacks = new Fallbacks(log);
    const deaf = await deafInterfaceOf(network, interfaces, links);
    const xdpMode = modeBeside(deaf, configuration.dataPath.xdpMode);
    const dataPath = openXtrDataPath(configuration, xtr, interfaces, fallbacks, xdpMode);
    if (xdpMode !== configuration.dataPath.xdpMode)
      for (const { name } of interfaces)
        fallbacks.add(name, `${deaf?.name} (${deaf?.kind}) takes no packets from native XDP. ${GRO}`);
    for (const each of dataPath.status().interfaces)
      log.info(`${each.name}: ${each.mode} XDP, program ${each.program}`);
    const redirects = new RedirectCheck(network, dataPath, log);
    await redirects.warnings();
    let listener: (interfaces: readonly ResolvedInterface[]) => void = () => undefined;
    const changed = (present: readonly ResolvedInterface[], made: Link | undefined): void => {
      kernelWarnings = settleKernel(configuration, present, made ? [made] : [], log, kernelWarnings);
      listener(present); // before hosts are learnt on them
      network.watchEids(eidFacing(present));
      void redirects.warnings();
    };
    const watcher = new LinkWatcher({ interfaces, dataPath, log, changed });
    const names = interfaces.map(({ name }) => name);
    network.watchLinks(names, watcher);
    return {
      interfaces: () => watcher.interfaces,
      onInterfaces(added) {
        listener = added;
        listener(watcher.interfaces);
      },
      ...{ dataPath, network },
      warnings: async () => [
        ...(await redirects.warnings()),
        ...fallbacks.warnings(dataPath.status().interfaces),
        ...kernelWarnings,
        ...watcher.warnings,
      ],
      async close() {
        await network.close(); // first, since it may still report interfaces
        dataPath.detach();
      },
    };
  } catch (error) {
    await network.close();
    throw error;
  }
}

/** Generic XDP sees packets behind GRO: seen as TCP from hosts at 0.01 % of its speed. */
const GRO =
  'Generic XDP gets packets that GRO has merged, which are too big: ' +
  'run ethtool -K DEV gro off for it, and for each port of a bridge';

/** Undefined also if the kernel cannot be asked now: then the check of redirects warns. */
async function deafInterfaceOf(
  network: Pick<LinuxKernelNetwork, 'xdpFeatures'>,
  interfaces: readonly ResolvedInterface[],
  links: readonly Link[],
): Promise<ReturnType<typeof deafInterface>> {
  const features = await network.xdpFeatures(interfaces.map(({ ifindex }) => ifindex)).catch(() => []);
  return deafInterface(interfaces, links, features);
}

/** Native XDP on one interface loses what it redirects to one that takes nothing from it. */
function modeBeside(deaf: ReturnType<typeof deafInterface>, mode: XdpMode): XdpMode {
  return deaf !== undefined && mode === 'auto' ? 'generic' : mode;
}

function openXtrDataPath(
  configuration: Configuration,
  xtr: NonNullable<Configuration['xtr']>,
  interfaces: readonly ResolvedInterface[],
  fallbacks: Fallbacks,
  xdpMode: XdpMode,
): DataPath {
  const { mapCacheEntries, dynamicEids } = xtr.limits;
  const { bpfFilesystem, locatorSets, locators, puntRing, puntRates_pps } = configuration.dataPath;
  return openDataPath({
    name: configuration.name,
    ...{ bpfFilesystem, xdpMode, interfaces },
    localRlocs: xtr.rlocs.map(({ address }) => address),
    locatorStatusBits: xtr.locatorStatusBits,
    ttlPropagation: xtr.ttlPropagation,
    sizes: { mapCacheEntries, dynamicEids, locatorSets, locators, puntRing },
    puntLimits: puntLimitsAt(puntRates_pps),
    onFallback: (name, reason) => fallbacks.add(name, reason),
  });
}

/** Each own address for control messages, once. */
function controlAddresses({ xtr, mapServer }: Configuration): Address[] {
  const all = [...(xtr?.rlocs.map(({ address }) => address) ?? []), ...(mapServer?.addresses ?? [])];
  return [...new Map(all.map((address) => [formatAddress(address), address])).values()];
}
