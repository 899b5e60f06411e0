// SPDX-License-Identifier: Apache-2.0
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { checkConfiguration, FileError, loadConfiguration } from '#config/index.js';
import { RESERVED_NONCES, reserveRegisterNonces } from '#config/register-nonce.js';
import { directory, STORY_XTR2 } from './fixture.js';

const NOW = 1_700_000_000_000_000n;

test('9301-5.6-06: the first run starts at the clock and stores the start value of the next one', async (t) => {
  const state = join(await directory(t), 'state', 'xtr2');
  t.is(await reserveRegisterNonces(state, NOW), NOW);
  t.is(await readFile(join(state, 'register-nonce'), 'latin1'), `${NOW + RESERVED_NONCES}\n`);
  t.deepEqual(await readdir(state), ['register-nonce']);
  t.is((await stat(join(state, 'register-nonce'))).mode & 0o777, 0o600);
  t.is((await stat(state)).mode & 0o777, 0o700);
});

/** The first nonce of each of several runs that start at these times. */
const runs = test.macro(async (t, clocks: readonly bigint[], expected: readonly bigint[]) => {
  const state = join(await directory(t), 'state');
  const firsts: bigint[] = [];
  for (const now of clocks) firsts.push(await reserveRegisterNonces(state, now));
  t.deepEqual(firsts, expected);
});
const DAY = 86_400_000_000n;
test('9301-5.6-06: runs that follow at once', runs, [NOW, NOW + 1n], [NOW, NOW + RESERVED_NONCES]);
test('9301-5.6-06: runs days apart follow the clock', runs, [NOW, NOW + DAY], [NOW, NOW + DAY]);
test(
  '9301-5.6-06: a clock that once ran ahead',
  runs,
  [NOW + 100n * DAY, NOW, NOW + DAY],
  [NOW + 100n * DAY, NOW + 100n * DAY + RESERVED_NONCES, NOW + 100n * DAY + 2n * RESERVED_NONCES],
);
test('9301-5.6-06: a node without a clock', runs, [0n, 0n, 5n], [0n, RESERVED_NONCES, 2n * RESERVED_NONCES]);

for (const content of ['', 'nonce\n', '-1\n', '0x10\n', '1\n2\n', `${'9'.repeat(21)}\n`, '1'.repeat(100)])
  test(`9301-5.6-07: a file with ${JSON.stringify(content)} is an error, not overwritten`, async (t) => {
    const state = await directory(t);
    await writeFile(join(state, 'register-nonce'), content);
    const error = await t.throwsAsync(reserveRegisterNonces(state, NOW), { instanceOf: FileError });
    t.true(error?.message.includes('register-nonce'));
    t.is(await readFile(join(state, 'register-nonce'), 'latin1'), content);
  });

test('9301-5.6-07: without greater nonces the error demands a new key', async (t) => {
  const state = await directory(t);
  await writeFile(join(state, 'register-nonce'), `${(1n << 64n) - 2n}\n`);
  const error = await t.throwsAsync(reserveRegisterNonces(state, NOW), { instanceOf: FileError });
  t.regex(error?.hint ?? '', /new authentication key/);
});

test('9301-5.6-07: a state directory that cannot be made is an error', async (t) => {
  const folder = await directory(t);
  const error = await t.throwsAsync(reserveRegisterNonces(join(folder, 'site.key'), NOW), {
    instanceOf: FileError,
  });
  t.is(error?.message, `the nonce of Map-Registers cannot be kept in '${folder}/site.key' (EEXIST)`);
});

test('9301-5.6-07: another kind of file at its path is an error', async (t) => {
  const state = await directory(t);
  await mkdir(join(state, 'register-nonce'));
  await t.throwsAsync(reserveRegisterNonces(state, NOW), { instanceOf: FileError });
});

test('loading an xTR keeps a nonce in its state directory, checking it does not', async (t) => {
  const folder = await directory(t);
  const path = join(folder, 'node.yaml');
  await writeFile(path, `${STORY_XTR2}state-directory: ${folder}/state\nxtr-id: 5\n`);
  await chmod(path, 0o600);
  await checkConfiguration(path);
  t.false((await readdir(folder)).includes('state'));
  const load = async (): Promise<bigint | undefined> => {
    const { configuration } = await loadConfiguration(path, {
      firstRegisterNonce: (state) => reserveRegisterNonces(state, NOW),
      generatedXtrId: () => Promise.reject(new Error('xtr-id is configured')),
    });
    return configuration.xtr?.firstRegisterNonce;
  };
  t.is(await load(), NOW);
  t.is(await load(), NOW + RESERVED_NONCES);
});
