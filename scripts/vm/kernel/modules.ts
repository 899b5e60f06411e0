// SPDX-License-Identifier: Apache-2.0
import { must } from '#scripts/kit/shell.js';
import type { Kernel } from './install.js';

/** Without them a guest cannot reach its root or its host; all others it loads from there. */
const FIRST_MODULES = ['virtio_pci', 'virtio_console', '9p', '9pnet_virtio', 'overlay'];

/** Files of the modules that a guest starts with, each after those that it needs. */
export async function firstModules({ release, root }: Kernel): Promise<string[]> {
  const files: string[] = [];
  for (const name of FIRST_MODULES) {
    const lines = await must(['modprobe', '-S', release, '-d', root, '--show-depends', name]);
    // What is built in is listed as such.
    for (const [, file] of lines.matchAll(/^insmod (\S+)/gm))
      if (file !== undefined && !files.includes(file)) files.push(file);
  }
  return files;
}
