// SPDX-License-Identifier: Apache-2.0
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type * as Boot from '#scripts/vm/boot.js';
import { LAB_KERNEL } from '#scripts/vm/kernel/matrix.js';
import { REPOSITORY } from '#scripts/kit/repository.js';

const TIMEOUT_ms = 1_200_000;
/** Folders that a guest needs, and those that boot it. */
const PARTS = ['build/scripts', 'scripts/vm', 'package.json'];

test('a machine sees the clone that booted it, also if it is below /tmp, and nothing else in /tmp', async (t) => {
  t.timeout(TIMEOUT_ms);
  const clone = await mkdtemp('/tmp/xtrd-clone-');
  t.teardown(() => rm(clone, { recursive: true }));
  for (const part of PARTS) await cp(join(REPOSITORY, part), join(clone, part), { recursive: true });
  const { prepareKernel, withMachines } = (await import(`${clone}/build/scripts/vm/boot.js`)) as typeof Boot;
  const base = await prepareKernel(LAB_KERNEL, (text) => t.log(text));
  const machine = { ...base, name: 'below-tmp', cpus: 1, memory_MiB: 256, nics: [] };
  await withMachines(
    'boot',
    (directory) => [{ ...machine, directory }],
    async ([booted]) => {
      const files = await booted?.[1].must(['find', '/tmp', '-maxdepth', '2']);
      const seen = ['build', 'package.json', 'scripts'].map((name) => `${clone}/${name}`);
      t.deepEqual(files?.trim().split('\n').sort(), ['/tmp', clone, ...seen].sort());
    },
  );
});
