// SPDX-License-Identifier: Apache-2.0
// Rules for files of the repository: the root, sizes, licences.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { filesUnder, readSource, ROOT } from './helpers/sources.js';

const FOLDERS = ['src', 'native', 'bpf', 'test', 'scripts', 'findings', '.ci'];
/** Data, tables and manuals: their formats have no comments, or they are of any length. */
const DATA = /\.(json|jsonl|txt|key|md|pcap|gyp)$/;

/** Entries that may be at the root. Others belong in a folder, or in .gitignore. */
const AT_ROOT = new Set([
  ...['.ci', 'LICENSES', 'bpf', 'docs', 'findings', 'native', 'scripts', 'src', 'test'],
  ...['.clang-format', '.gitignore', '.npmrc', '.prettierignore', '.prettierrc.json', 'eslint.config.js'],
  ...['knip.jsonc', 'package-lock.json', 'package.json', 'tsconfig.json', 'Vagrantfile'],
  ...['ARCHITECTURE.md', 'LICENSE', 'README.md'],
]);

/** Files that are in git or would be added by `git add`; undefined in an unpacked archive. */
function files(...of: readonly string[]): string[] | undefined {
  if (!existsSync(join(ROOT, '.git'))) return undefined;
  const args = ['ls-files', '-z', ...of];
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '');
}

test('the root has no unexpected files', (t) => {
  const listed = files('--cached', '--others', '--exclude-standard') ?? [];
  const names = new Set(
    listed.filter((path) => existsSync(join(ROOT, path))).map((path) => path.split('/')[0]),
  );
  t.deepEqual(
    [...names].filter((name) => name !== undefined && !AT_ROOT.has(name)),
    [],
    'it belongs in a folder, in .gitignore, or in the list of this test',
  );
});

test('what git ignores is not in git', (t) => {
  t.deepEqual(files('--cached', '--ignored', '--exclude-standard') ?? [], []);
});

const SOURCES = FOLDERS.flatMap(filesUnder).filter((path) => !DATA.test(path));

test('every source file says its licence in the first two lines', (t) => {
  t.true(SOURCES.length > 500, 'these are the sources');
  const without = SOURCES.filter((path) => {
    const head = readSource(path).split('\n', 2).join('\n');
    return !head.includes('SPDX-License-Identifier: ');
  });
  t.deepEqual(without, []);
});

test('the text of every licence that a source names is in LICENSES, and the README names it', (t) => {
  const named = new Set(
    SOURCES.flatMap(
      (path) => /SPDX-License-Identifier: (.*)/.exec(readSource(path))?.[1]?.match(/[\w.]+-[\w.-]+/g) ?? [],
    ),
  );
  t.deepEqual([...named].sort(), ['Apache-2.0', 'BSD-2-Clause', 'GPL-2.0-only']);
  for (const licence of named) {
    t.true(existsSync(join(ROOT, `LICENSES/${licence}.txt`)), licence);
    t.true(readSource('README.md').includes(`LICENSES/${licence}.txt`), licence);
  }
});

const MAX_LINES = 400;

test(`no source file has more than ${MAX_LINES} lines`, (t) => {
  const long = SOURCES.filter((path) => !path.includes('/generated/')) // nobody reads it from end to end
    .map((path) => ({ path, lines: readSource(path).split('\n').length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES);
  t.deepEqual(long, []);
});
