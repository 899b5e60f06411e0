// SPDX-License-Identifier: Apache-2.0
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { checkConfiguration, FileError, loadConfiguration, readOrCreateXtrId } from '#config/index.js';
import { directory, STORY_XTR2 } from './fixture.js';

test('an xTR-ID is made once and kept (9301-5.6-01)', async (t) => {
  const state = join(await directory(t), 'state', 'xtr2');
  const xtrId = await readOrCreateXtrId(state);
  t.true(xtrId > 0n && xtrId < 1n << 128n);
  t.is(await readOrCreateXtrId(state), xtrId);
  t.deepEqual(await readdir(state), ['xtr-id']);
  t.is((await stat(join(state, 'xtr-id'))).mode & 0o777, 0o600);
  t.is(await readFile(join(state, 'xtr-id'), 'latin1'), `0x${xtrId.toString(16).padStart(32, '0')}\n`);
});

test('agents that start at once agree on one xTR-ID', async (t) => {
  const state = join(await directory(t), 'state');
  const made = await Promise.all(Array.from({ length: 8 }, () => readOrCreateXtrId(state)));
  t.is(new Set(made).size, 1);
});

for (const content of ['', 'xtr-id\n', '0x1234\n', `0x${'0'.repeat(32)}\n`, `0x${'1'.repeat(100)}\n`])
  test(`a file with ${JSON.stringify(content)} is an error, not overwritten`, async (t) => {
    const state = await directory(t);
    await writeFile(join(state, 'xtr-id'), content);
    await t.throwsAsync(readOrCreateXtrId(state), { instanceOf: FileError });
    t.is(await readFile(join(state, 'xtr-id'), 'latin1'), content);
  });

test('a state directory that cannot be made is named', async (t) => {
  const folder = await directory(t);
  const error = await t.throwsAsync(readOrCreateXtrId(join(folder, 'site.key')), { instanceOf: FileError });
  t.is(error?.message, `the xTR-ID cannot be kept in '${folder}/site.key' (EEXIST)`);
});

test('checking a file makes no state directory, and loading one with xtr-id neither', async (t) => {
  const folder = await directory(t);
  const path = join(folder, 'node.yaml');
  await mkdir(join(folder, 'etc'));
  await writeFile(path, `${STORY_XTR2}state-directory: ${folder}/state\nxtr-id: 5\n`, { mode: 0o600 });
  await chmod(path, 0o600);
  await checkConfiguration(path);
  const { configuration } = await loadConfiguration(path, {
    firstRegisterNonce: () => Promise.resolve(1n),
    generatedXtrId: readOrCreateXtrId,
  });
  t.is(configuration.xtr?.identity.xtrId, 5n);
  t.false((await readdir(folder)).includes('state'));
});
