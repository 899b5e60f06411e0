// SPDX-License-Identifier: Apache-2.0
// The initramfs: busybox, the modules that lead to the root, and scripts/vm/guest/init.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { must } from '#scripts/kit/shell.js';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { cached } from './cache.js';
import type { Kernel } from './install.js';
import { firstModules } from './modules.js';

const INIT = `${REPOSITORY}scripts/vm/guest/init`;
const BUSYBOX = '/bin/busybox';

async function copyModules(kernel: Kernel, to: string): Promise<void> {
  const order: string[] = [];
  for (const file of await firstModules(kernel)) {
    const name = basename(file).replace(/\.xz$/, '');
    const copy = join(to, basename(file));
    await copyFile(file, copy);
    if (copy.endsWith('.xz')) await must(['xz', '--decompress', copy]); // insmod does not
    order.push(name);
  }
  await writeFile(join(to, 'order'), `${order.join('\n')}\n`);
}

async function make(kernel: Kernel, work: string, image: string): Promise<void> {
  const tree = join(work, 'tree');
  for (const directory of ['bin', 'modules']) await mkdir(join(tree, directory), { recursive: true });
  await copyFile(BUSYBOX, join(tree, 'bin/busybox'));
  await copyFile(INIT, join(tree, 'init'));
  await chmod(join(tree, 'init'), 0o755);
  await copyModules(kernel, join(tree, 'modules'));
  const archive = `cd "$1" && busybox find . | busybox cpio -o -H newc | busybox gzip >"$2"`;
  const unfinished = join(work, 'image');
  await must(['sh', '-c', archive, 'sh', tree, unfinished]);
  await rename(unfinished, image);
}

/** Path of the kernel's start image, made if the one in the cache is of another `init`. */
export async function startImage(kernel: Kernel): Promise<string> {
  const version = createHash('sha256')
    .update(await readFile(INIT))
    .digest('hex')
    .slice(0, 12);
  const parent = cached('start-images');
  const image = join(parent, `${kernel.release}-${version}.gz`);
  if (existsSync(image)) return image;
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, 'unfinished-'));
  try {
    await make(kernel, work, image);
  } finally {
    await rm(work, { recursive: true });
  }
  return image;
}
