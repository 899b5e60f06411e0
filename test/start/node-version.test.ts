// SPDX-License-Identifier: Apache-2.0
// xtrd and xtrctl on a Node that is too old: the compiled entries alone, as an old Node fails to link anything else.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { REPOSITORY } from '#scripts/kit/repository.js';

const ENTRIES = { xtrd: 'build/src/main.js', xtrctl: 'build/src/cli/main.js' };
const FILES = [...Object.values(ENTRIES), 'build/src/start/node-version.js', 'package.json'];

/** Starts an entry on a process that says it is of that version. The modules behind the entry are not there. */
function start(t: ExecutionContext, program: keyof typeof ENTRIES, version: string, builtFor?: string) {
  const root = mkdtempSync(join(tmpdir(), 'xtrt-node-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  for (const file of FILES) cpSync(join(REPOSITORY, file), join(root, file));
  const fake = join(root, 'fake.cjs');
  writeFileSync(
    fake,
    `Object.defineProperty(process, 'version', { value: 'v${version}' });
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
  );
  if (builtFor !== undefined) {
    mkdirSync(join(root, 'build'), { recursive: true });
    writeFileSync(join(root, 'build/node'), `${builtFor}\n`);
  }
  const args = ['--require', fake, join(root, ENTRIES[program])];
  return spawnSync(process.execPath, args, { encoding: 'utf8', cwd: root });
}

for (const program of ['xtrd', 'xtrctl'] as const)
  test(`${program} refuses an older Node by name, and says which one it was built for`, (t) => {
    const { status, stderr } = start(t, program, '18.20.4', '/opt/xtrd/node/bin/node');
    t.is(
      stderr,
      `${program} needs Node >= 20.10, this is v18.20.4 (${process.execPath}): start it as ${program}, which ` +
        'scripts/bootstrap puts in /usr/local/bin, or by /opt/xtrd/node/bin/node\n',
    );
    t.is(status, 1);
  });

test('what is not built yet is to be built', (t) => {
  t.regex(start(t, 'xtrd', '18.20.4').stderr, /: run scripts\/bootstrap and scripts\/build\n$/);
});

for (const [version, refused] of [
  ['12.22.12', true],
  ['20.9.0', true],
  ['20.10.0', false],
  ['20.20.2', false],
  ['22.1.0', false],
  ['100.0.0', false],
] as const)
  test(`Node ${version} is ${refused ? 'refused' : 'taken'}`, (t) => {
    const { stderr } = start(t, 'xtrd', version);
    t.is(stderr.includes('needs Node'), refused, stderr);
    if (!refused) t.regex(stderr, /ERR_MODULE_NOT_FOUND/, 'it goes on to the modules that are left out here');
  });
