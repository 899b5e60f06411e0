// SPDX-License-Identifier: Apache-2.0
import { closeSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { FileError } from '#config/index.js';
import { RecordingFile } from '#main/recording-file.js';

async function directory(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'xtrt-recording-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** The descriptor by which this process has the file open. */
function descriptorOf(path: string): number {
  const isOf = (descriptor: string): boolean => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === path;
    } catch {
      return false; // that of the listing itself
    }
  };
  return Number(readdirSync('/proc/self/fd').find(isOf));
}

test('only the owner can read the file, it is written at once, and that of the previous run is kept', async (t) => {
  const folder = await directory(t);
  const path = join(folder, 'a.jsonl');
  const said: string[] = [];
  for (const run of ['one', 'two', 'three']) {
    const file = new RecordingFile(path, (level) => said.push(level));
    t.true(file.write(`${run}\n`));
    t.is(await readFile(path, 'utf8'), `${run}\n`);
    file.close();
    t.false(file.write('more'));
  }
  t.is((await stat(path)).mode & 0o777, 0o600);
  t.deepEqual(await readdir(folder), ['a.jsonl', 'a.jsonl.1']);
  t.is(await readFile(`${path}.1`, 'utf8'), 'two\n');
  t.deepEqual(said, ['info', 'info', 'info']);
});

test('a file that cannot be created is an error at the start', async (t) => {
  const path = join(await directory(t), 'none', 'a.jsonl');
  const error = t.throws(() => new RecordingFile(path, () => undefined), { instanceOf: FileError });
  t.regex(error?.message ?? '', /cannot be written to '.*a\.jsonl' \(ENOENT\)/);
});

test('a failed write is logged once, and ends the recording', async (t) => {
  const path = join(await directory(t), 'a.jsonl');
  const said: string[] = [];
  const file = new RecordingFile(path, (level, text) => said.push(`${level}: ${text}`));
  closeSync(descriptorOf(path)); // so that writing fails
  t.false(file.write('x'));
  t.false(file.write('x'));
  t.is(said.length, 2);
  t.regex(said[1] ?? '', /^error: the recording '.*' ends here: .*EBADF/);
});
