// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';

/**
 * What virtual machines are made of is kept here between runs: package lists, kernels, start images. An absolute path: apt
 * counts others from the root.
 */
export const CACHE = resolve(process.env['XTRD_CACHE'] || '/var/cache/xtrd');

export function cached(...path: readonly string[]): string {
  return join(CACHE, ...path);
}
