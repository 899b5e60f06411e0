// SPDX-License-Identifier: Apache-2.0
// A kernel of Debian's, unpacked into the cache; nothing of it is installed on this machine.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '#scripts/kit/shell.js';
import { cached } from './cache.js';
import { download, missingSuites, packageNames, updatePackageLists } from './package-lists.js';
import { newestRelease, packagesOf, type Release } from './release.js';

const DEPMOD_TIMEOUT_ms = 300_000;

export interface Kernel {
  readonly release: Release;
  readonly image: string;
  /** Has lib/modules. */
  readonly root: string;
}

/** Where the image lies in the packages, older and newer ones. */
const IMAGES = (release: Release): string[] => [
  `boot/vmlinuz-${release}`,
  `usr/lib/modules/${release}/vmlinuz`,
];

function kernelAt(root: string, release: Release): Kernel | undefined {
  const image = IMAGES(release)
    .map((path) => join(root, path))
    .find((path) => existsSync(path));
  return image === undefined ? undefined : { release, image, root };
}

/** Unpacks into a temporary directory and renames it, so that the cache has no partial kernel. */
async function unpack(release: Release, packages: readonly string[], root: string): Promise<void> {
  const parent = cached('kernels');
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, 'unfinished-'));
  try {
    const [archives, tree] = [join(work, 'archives'), join(work, 'tree')];
    await mkdir(archives);
    await download(packages, archives);
    for (const archive of await readdir(archives))
      await must(['dpkg-deb', '-x', join(archives, archive), tree], { timeout_ms: DEPMOD_TIMEOUT_ms });
    // modprobe looks below lib, also where the package has usr/lib.
    if (!existsSync(join(tree, 'lib'))) await symlink('usr/lib', join(tree, 'lib'));
    await must(['depmod', '-b', tree, release], { timeout_ms: DEPMOD_TIMEOUT_ms });
    await rename(tree, root);
  } finally {
    await rm(work, { recursive: true });
  }
}

async function fetchKernel(version: string, say: (text: string) => void): Promise<Kernel> {
  await updatePackageLists(say);
  const images = await packageNames(`linux-image-${version}`);
  const release = newestRelease(version, images);
  if (release === undefined) {
    const missing = await missingSuites();
    throw new Error(`Debian has no kernel ${version} for amd64${missing && ` (${missing})`}`);
  }
  const root = cached('kernels', release);
  if (!existsSync(root)) {
    say(`kernel ${release}`);
    await unpack(release, packagesOf(release, await packageNames('linux-')), root);
  }
  const kernel = kernelAt(root, release);
  if (kernel === undefined)
    throw new Error(`${root} has no kernel image: remove it to have it fetched again`);
  return kernel;
}

/**
 * The kernel of a version, fetched if it is not in the cache.
 * @param version 6.12 for the newest of that series, or a full one, 6.12.73
 * @throws Error that says what is needed
 */
export async function installKernel(version: string, say: (text: string) => void): Promise<Kernel> {
  try {
    return await fetchKernel(version, say);
  } catch (error) {
    const needed = `virtual machines need Debian's package linux-image-${version}*-amd64`;
    const remedy = `XTRD_DEBIAN_MIRROR names a mirror to have it from; ${cached('kernels')} keeps it`;
    throw new Error(`${needed}: ${(error as Error).message} (${remedy})`, { cause: error });
  }
}
