// SPDX-License-Identifier: Apache-2.0
import { formatAddress, type Address } from '../addr/index.js';
import type { Configuration } from '../core/configuration.js';
import type { ControlTransport, DataPath } from '../core/ports.js';
import { openDataPath } from '../datapath/index.js';
import {
  checkKernelSettings,
  type Link,
  type LinuxKernelNetwork,
  offloadNotes,
  openKernelNetwork,
} from '../netlink/index.js';
import type { Log } from '../observe/index.js';
import { openControlTransport } from '../transport/index.js';
import { type ResolvedInterface, resolveInterfaces } from './interfaces.js';

/** The adapters of one agent, opened. */
export interface OpenSurroundings {
  readonly interfaces: readonly ResolvedInterface[];
  readonly transport: ControlTransport;
  /** Undefined on a node that is Map-Server and Map-Resolver only. */
  readonly dataPath: DataPath | undefined;
  readonly network: LinuxKernelNetwork | undefined;
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

/** Opens what the configuration asks for. Nothing stays open when one of them fails. */
export async function openSurroundings(configuration: Configuration, log: Log): Promise<OpenSurroundings> {
  const say = (level: 'error' | 'warn' | 'info' | 'debug', message: string): void => log[level](message);
  const network = configuration.xtr && (await openKernelNetwork({ log: say }));
  let dataPath: DataPath | undefined;
  try {
    const links = (await network?.links()) ?? [];
    const interfaces = network ? resolveInterfaces(configuration.interfaces, links) : [];
    const warnings = network ? settleKernel(configuration, interfaces, links, log) : [];
    network?.watchEids(interfaces.filter(({ roles }) => roles.includes('eid')));
    dataPath = configuration.xtr && openXtrDataPath(configuration, configuration.xtr, interfaces, log);
    for (const each of dataPath?.status().interfaces ?? [])
      log.info(`${each.name}: ${each.mode} XDP, program ${each.program}`);
    const transport = await openControlTransport({ addresses: controlAddresses(configuration), log: say });
    const close = async (): Promise<void> => {
      await transport.close();
      dataPath?.detach();
      await network?.close();
    };
    return { interfaces, transport, dataPath, network, warnings, close };
  } catch (error) {
    dataPath?.detach();
    await network?.close();
    throw error;
  }
}

/** What is in the way of forwarding and was not, or could not be, mended. */
function settleKernel(
  { kernelSettings: mode }: Configuration,
  interfaces: readonly ResolvedInterface[],
  links: readonly Link[],
  log: Log,
): readonly string[] {
  const withRole = (role: 'eid' | 'rloc'): string[] =>
    interfaces.filter(({ roles }) => roles.includes(role)).map(({ name }) => name);
  const { warnings, changed } = checkKernelSettings({
    mode,
    eidInterfaces: withRole('eid'),
    rlocInterfaces: withRole('rloc'),
  });
  const names = interfaces.map(({ name }) => name);
  for (const note of offloadNotes(links, names)) log.info(`offloads: ${note}`);
  for (const command of changed) log.info(`kernel settings: ${command}`);
  for (const warning of warnings) log.warn(`kernel settings: ${warning}`);
  return warnings;
}

function openXtrDataPath(
  configuration: Configuration,
  xtr: NonNullable<Configuration['xtr']>,
  interfaces: readonly ResolvedInterface[],
  log: Log,
): DataPath {
  const { mapCacheEntries, dynamicEids } = xtr.limits;
  const { xdpMode, bpfFilesystem, locatorSets, locators, puntRing } = configuration.dataPath;
  return openDataPath({
    name: configuration.name,
    ...{ bpfFilesystem, xdpMode, interfaces },
    localRlocs: xtr.rlocs.map(({ address }) => address),
    locatorStatusBits: xtr.locatorStatusBits,
    sizes: { mapCacheEntries, dynamicEids, locatorSets, locators, puntRing },
    onFallback: (name, reason) => log.warn(`${name}: generic XDP, which is slower; native XDP: ${reason}`),
  });
}

/** Every address of ours that control messages come to, once. */
function controlAddresses({ xtr, mapServer }: Configuration): Address[] {
  const all = [...(xtr?.rlocs.map(({ address }) => address) ?? []), ...(mapServer?.addresses ?? [])];
  return [...new Map(all.map((address) => [formatAddress(address), address])).values()];
}
