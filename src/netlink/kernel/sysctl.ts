// SPDX-License-Identifier: Apache-2.0
// Kernel parameters of this network namespace, under /proc/sys.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/proc/sys';

/** Path components ('net', 'ipv4', 'conf', 'eth0.7', 'forwarding'), since interface names may contain dots. */
export type SysctlKey = readonly string[];

export interface SysctlWrite {
  readonly key: SysctlKey;
  readonly value: number;
}

/** Undefined if this kernel, namespace or interface has no such parameter. */
export function readSysctl(key: SysctlKey): number | undefined {
  try {
    return Number(readFileSync(join(ROOT, ...key), 'latin1').trim());
  } catch {
    return undefined;
  }
}

/** @returns the errno's name if the write failed */
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

/** The format of sysctl(8): separated by slashes if a component contains dots. */
export function formatSysctlKey(key: SysctlKey): string {
  return key.join(key.some((component) => component.includes('.')) ? '/' : '.');
}

export function sysctlCommand(writes: readonly SysctlWrite[]): string {
  return `sysctl -w ${writes.map(({ key, value }) => `${formatSysctlKey(key)}=${value}`).join(' ')}`;
}
