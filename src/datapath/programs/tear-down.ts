// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { loadNative, type Native } from '#datapath/native.js';
import { PinPaths } from './pin-paths.js';

/**
 * Removes the links and pins of an instance, of every layout version: forwarding by XDP ends. Loads no program.
 * @returns whether there was anything
 */
export function tearDown(bpfFilesystem: string, name: string): boolean {
  const { instance } = new PinPaths(bpfFilesystem, name);
  if (!existsSync(instance)) return false;
  const native = loadNative();
  for (const version of readdirSync(instance)) removeVersion(native, join(instance, version));
  rmdirSync(instance);
  return true;
}

/** Pins of other layout versions, whose programs stand in the way of ours. */
export function tearDownOtherVersions(native: Native, paths: PinPaths): void {
  if (!existsSync(paths.instance)) return;
  for (const entry of readdirSync(paths.instance)) {
    const version = join(paths.instance, entry);
    if (version !== paths.version) removeVersion(native, version);
  }
}

/** What a start that failed has pinned. Other layout versions go on forwarding. */
export function tearDownThisVersion(native: Native, paths: PinPaths): void {
  if (!existsSync(paths.version)) return;
  removeVersion(native, paths.version);
  if (readdirSync(paths.instance).length === 0) rmdirSync(paths.instance);
}

function removeVersion(native: Native, version: string): void {
  const [links, maps] = [join(version, 'links'), join(version, 'maps')];
  // links first: programs end before their tables do
  removeTree(links, (path) => native.openPinnedLink(path).destroy());
  removeTree(maps, unlinkSync);
  rmdirSync(version);
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
