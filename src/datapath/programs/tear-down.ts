// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { loadNative } from '#datapath/native.js';
import { PinPaths } from './pin-paths.js';

/**
 * Removes the links and pins of an instance, of all versions. Forwarding by XDP ends. Loads no program.
 * @returns whether the instance existed
 */
export function tearDown(bpfFilesystem: string, name: string): boolean {
  const paths = new PinPaths(bpfFilesystem, name);
  if (!existsSync(paths.instance)) return false;
  const native = loadNative();
  // links first, so that no program runs without its tables
  for (const links of [paths.links, ...paths.oldLayouts().map((directory) => join(directory, 'links'))])
    removeTree(links, (path) => native.openPinnedLink(path).destroy());
  removePins(paths.instance);
  return true;
}

/** Removes a directory of pins, if it exists. The kernel frees the pinned objects unless something else holds them. */
export function removePins(directory: string): void {
  removeTree(directory, unlinkSync);
}

function removeTree(directory: string, removeFile: (path: string) => void): void {
  if (!existsSync(directory)) return;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) removeTree(path, removeFile);
    else removeFile(path);
  }
  rmdirSync(directory);
}

/** Removes the empty directories of an instance. */
export function removeIfEmpty({ instance, links }: PinPaths): void {
  for (const directory of [join(links, 'native'), join(links, 'generic'), links, instance])
    if (existsSync(directory) && readdirSync(directory).length === 0) rmdirSync(directory);
}
