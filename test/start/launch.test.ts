// SPDX-License-Identifier: Apache-2.0
// xtrd and xtrctl on the PATH, of a small clone whose Node is a script.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { REPOSITORY } from '#scripts/kit/repository.js';

const SCRIPTS = ['scripts/launch', 'scripts/launchers.sh', 'scripts/lib.sh'];

class Clone {
  readonly root: string;
  /** Stands for /usr/local/bin. */
  readonly launchers: string;

  constructor(t: ExecutionContext, launchers?: string) {
    this.root = mkdtempSync(join(tmpdir(), 'xtrt-launch-'));
    t.teardown(() => rmSync(this.root, { recursive: true, force: true }));
    this.launchers = launchers ?? this.path('local/bin');
    for (const file of SCRIPTS) {
      mkdirSync(dirname(this.path(file)), { recursive: true });
      copyFileSync(join(REPOSITORY, file), this.path(file));
    }
  }

  path(file: string): string {
    return join(this.root, file);
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text, { mode: 0o755 });
  }

  /** Its Node prints how it was called. */
  build(): void {
    this.write('node', '#!/bin/sh\necho "node $*"\n');
    this.write('build/node', `${this.path('node')}\n`);
    this.write('build/src/main.js', '');
    this.write('build/src/cli/main.js', '');
  }

  do(step: 'install_launchers' | 'remove_launchers'): string {
    const command = `. '${this.path('scripts/lib.sh')}'; . '${this.path('scripts/launchers.sh')}'; ${step}`;
    const env = { ...process.env, XTRD_LAUNCHERS: this.launchers };
    const { status, stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8', env });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  }

  run(name: string, ...args: readonly string[]) {
    return spawnSync(join(this.launchers, name), args, { encoding: 'utf8', cwd: '/' });
  }

  launcher(name: string): string {
    return join(this.launchers, name);
  }
}

test('the launchers run the programs of their clone, on the Node that it was built for', (t) => {
  const clone = new Clone(t);
  clone.do('install_launchers');
  clone.build();
  t.is(clone.run('xtrd', '--check', 'a b').stdout, `node ${clone.path('build/src/main.js')} --check a b\n`);
  t.is(clone.run('xtrctl', 'show').stdout, `node ${clone.path('build/src/cli/main.js')} show\n`);
});

test('they tell what to do if nothing is built, or if that Node is gone', (t) => {
  const clone = new Clone(t);
  clone.do('install_launchers');
  const early = clone.run('xtrctl');
  t.is(early.status, 1);
  t.is(early.stderr, `xtrctl: not built yet: run ${clone.path('scripts/build')}\n`);
  clone.build();
  rmSync(clone.path('node'));
  const late = clone.run('xtrd');
  t.is(late.status, 1);
  t.true(
    late.stderr.startsWith(`xtrd: the Node that it was built for is gone (${clone.path('node')}): run `),
    late.stderr,
  );
});

test('other files stay: a file, a link, a program of another clone', (t) => {
  const other = new Clone(t);
  other.do('install_launchers');
  const clone = new Clone(t, other.launchers);
  t.regex(clone.do('install_launchers'), /xtrd: .* stays as it is/);
  t.is(readlinkSync(clone.launcher('xtrd')), other.path('scripts/launch'));
  clone.do('remove_launchers');
  t.true(existsSync(clone.launcher('xtrd')));

  const foreign = new Clone(t);
  foreign.write('local/bin/xtrd', 'foreign');
  symlinkSync('nowhere', foreign.launcher('xtrctl'));
  foreign.do('install_launchers');
  foreign.do('remove_launchers');
  t.is(readFileSync(foreign.launcher('xtrd'), 'utf8'), 'foreign');
  t.is(readlinkSync(foreign.launcher('xtrctl')), 'nowhere');
});

test('launchers of a removed clone are replaced, and a second run prints nothing', (t) => {
  const gone = new Clone(t);
  const clone = new Clone(t, gone.path('../xtrt-launch-bin'));
  t.teardown(() => rmSync(clone.launchers, { recursive: true, force: true }));
  mkdirSync(clone.launchers, { recursive: true });
  symlinkSync('/nowhere/scripts/launch', clone.launcher('xtrd'));
  t.regex(clone.do('install_launchers'), /xtrd: .* starts that of /);
  t.is(readlinkSync(clone.launcher('xtrd')), clone.path('scripts/launch'));
  t.is(clone.do('install_launchers'), '');
  clone.do('remove_launchers');
  t.throws(() => lstatSync(clone.launcher('xtrd')), { code: 'ENOENT' });
});
