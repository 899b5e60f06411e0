// SPDX-License-Identifier: Apache-2.0
// Kernel parameters of this network namespace, under /proc/sys.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/proc/sys';

/** Path components: an interface name may have dots in it ('net', 'ipv4', 'conf', 'eth0.7', 'forwarding'). */
export type SysctlKey = readonly string[];

export interface SysctlWrite {
  readonly key: SysctlKey;
  readonly value: number;
}

/** Undefined where this kernel, namespace or interface has no such parameter. */
export function readSysctl(key: SysctlKey): number | undefined {
  try {
    return Number(readFileSync(join(ROOT, ...key), 'latin1').trim());
  } catch {
    return undefined;
  }
}

/** The errno's name if the kernel did not let us. */
export function writeSysctl({ key, value }: SysctlWrite): string | undefined {
  try {
    writeFileSync(join(ROOT, ...key), `${value}\n`);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

export function listSysctls(key: SysctlKey): string[] {
  try {
    return readdirSync(join(ROOT, ...key));
  } catch {
    return [];
  }
}

/** As sysctl(8) takes it: with slashes where a component has dots. */
export function formatSysctlKey(key: SysctlKey): string {
  return key.join(key.some((component) => component.includes('.')) ? '/' : '.');
}

export function sysctlCommand(writes: readonly SysctlWrite[]): string {
  return `sysctl -w ${writes.map(({ key, value }) => `${formatSysctlKey(key)}=${value}`).join(' ')}`;
}
