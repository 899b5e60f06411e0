// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { ConfigurationError, loadConfiguration, type LoadedConfiguration } from '#config/index.js';

/** A directory of its own for a test, with a key file in it, removed when the test ends. */
export async function directory(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'xtrt-config-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  await writeFile(join(path, 'site.key'), 'secret\n', { mode: 0o600 });
  return path;
}

/** Loads `text` as node.yaml of `folder`. */
export async function load(folder: string, text: string | Uint8Array): Promise<LoadedConfiguration> {
  const path = join(folder, 'node.yaml');
  await writeFile(path, text, { mode: 0o600 });
  return loadConfiguration(path, {
    firstRegisterNonce: () => Promise.resolve(1_000n),
    generatedXtrId: () => Promise.resolve(77n),
  });
}

/** The problems of `text`, without the directory in front. */
export async function problemsOf(t: ExecutionContext, text: string | Uint8Array): Promise<string[]> {
  const folder = await directory(t);
  const error = await t.throwsAsync(load(folder, text), { instanceOf: ConfigurationError });
  return (error?.message ?? '').replaceAll(`${folder}/`, '').replaceAll(folder, '.').split('\n');
}

/** An xTR without EIDs: what tests add their lines to. */
export const XTR = `name: xtr2
rlocs: [{address: 2.2.2.2}]
interfaces: [{name: core0, roles: [rloc]}, {name: eid0, roles: [eid]}]
map-resolvers: [9.9.9.9]
`;

/** xTR2 of the story. */
export const STORY_XTR2 = `name: xtr2
rlocs:
  - address: 2.2.2.2
interfaces:
  - name: core0
    roles: [rloc]
  - name: eid0
    roles: [eid]
dynamic-eids:
  - name: HOSTS
    eid-prefix: 1.1.1.0/24
map-resolvers: [9.9.9.9]
map-servers:
  - address: 9.9.9.9
    key: { file: site.key }
`;
