// SPDX-License-Identifier: Apache-2.0
import type { Configuration } from '#core/configuration.js';
import type { ResolvedInterface } from '#core/ports.js';
import { checkKernelSettings, type Link, offloadNotes } from '#netlink/index.js';
import type { Log } from '#observe/index.js';

/**
 * Checks the kernel settings, and corrects them if the configuration allows it. Returns the warnings that remain.
 * @param links the new links
 * @param known warnings that were logged before
 */
export function settleKernel(
  { kernelSettings: mode }: Configuration,
  interfaces: readonly ResolvedInterface[],
  links: readonly Link[],
  log: Log,
  known: readonly string[],
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
  for (const warning of warnings) if (!known.includes(warning)) log.warn(`kernel settings: ${warning}`);
  return warnings;
}
