// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { FileError } from '#config/index.js';
import { NonceStore } from '#main/nonce-store.js';
import { TRACKED_ETRS_PER_SITE } from '#control/contract/limits.js';
import { Etr, record, Scene, site } from '#test/control/map-server/map-server-scene.js';

const FROM = { from: '2.2.2.2' };
const RECORDS = [record('1.1.1.1/32', ['2.2.2.2'])];

async function stateDirectory(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'xtrt-nonces-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A Map-Server that has just started with this state directory, and what it logged. */
async function started(t: ExecutionContext, directory: string, interval_ms?: number) {
  const said: string[] = [];
  const say = (level: string, text: string) => void said.push(`${level}: ${text}`);
  const store = new NonceStore(directory, ['one'], say, interval_ms);
  await store.open();
  t.teardown(() => store.close());
  const before = new Scene();
  before.kept.push(...store.restored());
  const scene = before.restarted([site('one', ['1.1.1.0/24'])]);
  const register = (nonce: bigint, xtrId = 0x22n): boolean => {
    const { sends } = scene.register(new Etr('2.2.2.2', xtrId).register(RECORDS, { nonce }), FROM);
    store.keep(scene.kept.splice(0));
    return sends.length > 0;
  };
  return { store, said, register };
}

/** The file after nonce 500 of one ETR. */
async function written(t: ExecutionContext): Promise<{ directory: string; path: string; text: string }> {
  const directory = join(await stateDirectory(t), 'msmr');
  const { store, register } = await started(t, directory);
  register(500n);
  await store.close();
  const path = join(directory, 'registration-nonces');
  return { directory, path, text: await readFile(path, 'latin1') };
}

test('9301-5.6-08, 9301-5.6-09: a replay from before a restart is dropped, a greater nonce is accepted', async (t) => {
  const { directory } = await written(t);
  const { register, said } = await started(t, directory);
  t.deepEqual([register(499n), register(500n), register(501n)], [false, false, true]);
  t.deepEqual(said, []);
});

test('only the owner can read the file, and no other file is in its directory', async (t) => {
  const { directory, path } = await written(t);
  t.is((await stat(path)).mode & 0o777, 0o600);
  t.deepEqual(await readdir(directory), ['registration-nonces']);
});

test('9301-5.6-08: accepted nonces are written while running, so that a crash loses only seconds', async (t) => {
  const directory = await stateDirectory(t);
  const { register, store } = await started(t, directory, 1);
  register(500n);
  const [entry] = store.restored();
  const line = `one ${entry?.key} 0:22 500\n`;
  const path = join(directory, 'registration-nonces');
  while (!(await readFile(path, 'latin1')).includes(line));
  t.pass();
});

test('unchanged nonces are not written again', async (t) => {
  const directory = await stateDirectory(t);
  const { store, register } = await started(t, directory);
  register(500n);
  await store.save();
  const before = await stat(join(directory, 'registration-nonces'));
  await store.save();
  t.is((await stat(join(directory, 'registration-nonces'))).ino, before.ino);
});

/** A broken file is renamed and logged, and none of its entries is used. */
const broken = test.macro(async (t, breakIt: (text: string) => string, reason: string) => {
  const { directory, path, text } = await written(t);
  await writeFile(path, breakIt(text));
  const { register, said, store } = await started(t, directory);
  t.deepEqual(store.restored(), []);
  t.is(said.length, 1);
  t.true(
    said[0]?.startsWith(`warn: '${path}' is damaged (${reason}) and was renamed to '${path}.broken'; `),
    said[0],
  );
  t.is(await readFile(`${path}.broken`, 'latin1'), breakIt(text));
  t.true(register(1n));
});
test('an empty file', broken, () => '', 'the end is missing');
test(
  'another format',
  broken,
  (text) => text.replace(' 1\n', ' 2\n'),
  "line 1: not 'xtrd registration-nonces 1'",
);
test('a file that is cut off', broken, (text) => text.slice(0, -3), 'the last line is cut off');
test('a file without its end', broken, (text) => text.replace(/end.*\n/, ''), 'the end is missing');
test('another nonce', broken, (text) => text.replace(' 500\n', ' 400\n'), 'line 3: the checksum is wrong');
test(
  'a nonce of more than 64 bits',
  broken,
  (text) => text.replace(' 500\n', ` ${1n << 64n}\n`),
  'line 2: not an entry',
);
test(
  'another number of entries',
  broken,
  (text) => text.replace('end 1', 'end 2'),
  'line 3: 1 entries, not 2',
);
test('text after the end', broken, (text) => `${text}one\n`, 'line 4: text after the end');
test('no text at all', broken, () => '\0'.repeat(100_000), 'a line is too long');
test('an endless line', broken, (text) => text + 'x'.repeat(1_000_000), 'a line is too long');

test('9301-5.6-08: a full table is read again, in slices between which the event loop goes on', async (t) => {
  const directory = await stateDirectory(t);
  const { store } = await started(t, directory);
  const entry = { site: 'one', key: '0'.repeat(16), nonce: (1n << 64n) - 1n };
  const kept = Array.from({ length: TRACKED_ETRS_PER_SITE + 1 }, (_, i) => ({ ...entry, etr: `0:${i}` }));
  store.keep(kept);
  let turns = 0;
  const turn = setInterval(() => (turns += 1));
  await store.save();
  clearInterval(turn);
  t.true(turns > 1);
  const again = await started(t, directory);
  t.deepEqual(again.store.restored(), kept.slice(1));
});

test('unfinished files of a killed agent are removed', async (t) => {
  const { directory, path } = await written(t);
  await writeFile(`${path}.0123456789abcdef.unfinished`, 'xtrd');
  const { register } = await started(t, directory);
  t.deepEqual(await readdir(directory), ['registration-nonces']);
  t.false(register(500n));
});

test('an unusable state directory is an error at the start', async (t) => {
  const directory = await stateDirectory(t);
  await writeFile(join(directory, 'file'), '');
  const error = await t.throwsAsync(started(t, join(directory, 'file')), { instanceOf: FileError });
  t.regex(error?.message ?? '', /^the nonces of Map-Registers cannot be kept in '.*' \(ENOTDIR\)$/);
});

test('9301-5.6-08: a write error is logged once, and the nonces are written when writing works again', async (t) => {
  const { directory, path } = await written(t);
  const { store, register, said } = await started(t, directory);
  const elsewhere = `${directory}-elsewhere`;
  await rename(directory, elsewhere);
  await writeFile(directory, 'not a directory');
  for (const nonce of [501n, 502n]) {
    register(nonce);
    await store.save();
  }
  t.is(said.length, 1);
  t.regex(said[0] ?? '', /^error: nonces of Map-Registers cannot be stored: .*EEXIST/);
  await rm(directory);
  await mkdir(directory);
  await store.save();
  t.is(said[1], `info: '${path}' can be written again`);
  t.regex(await readFile(path, 'latin1'), / 0:22 502\n/);
});
