// SPDX-License-Identifier: Apache-2.0
import { rm } from 'node:fs/promises';
import { removeNamespaces } from '#scripts/kit/netns.js';
import { pinsOf, RUN_DIRECTORY, socketOf } from '#scripts/testbed/names.js';
import { ROUTERS } from '#scripts/testbed/topology.js';
import { NAMESPACE_PREFIX } from './names.js';

export async function tearDown(): Promise<void> {
  await removeNamespaces((name) => name.startsWith(NAMESPACE_PREFIX));
  for (const router of ROUTERS) {
    await rm(pinsOf(router), { recursive: true, force: true });
    await rm(socketOf(router), { force: true });
  }
  await rm(RUN_DIRECTORY, { recursive: true, force: true });
}
