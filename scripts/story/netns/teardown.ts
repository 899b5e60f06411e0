// SPDX-License-Identifier: Apache-2.0
import { rm } from 'node:fs/promises';
import { ROUTERS } from '#scripts/story/topology.js';
import { NAMESPACE_PREFIX, pinsOf, RUN_DIRECTORY, socketOf } from './names.js';
import { lockHolder } from './lock.js';
import { endProcesses, removeNamespaces } from './namespaces.js';

/** Time to end in order after SIGTERM for a lab process that has agents to end. */
const LAB_PATIENCE_ms = 20_000;

/** Ends another lab process that is still at it; it takes its lab down itself, as on Ctrl-C. */
export async function endOtherRun(lock?: string): Promise<void> {
  const pid = lockHolder(lock);
  if (pid !== undefined) await endProcesses([pid], LAB_PATIENCE_ms);
}

export async function tearDown(): Promise<void> {
  await removeNamespaces(NAMESPACE_PREFIX);
  for (const router of ROUTERS) {
    await rm(pinsOf(router), { recursive: true, force: true });
    await rm(socketOf(router), { force: true });
  }
  await rm(RUN_DIRECTORY, { recursive: true, force: true });
}
