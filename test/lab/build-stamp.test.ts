// SPDX-License-Identifier: Apache-2.0
// build/sources, by which a machine checks that the host has built the same sources. Uses a small clone with stubs of
// the compilers.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { REPOSITORY } from '#scripts/kit/repository.js';

const SCRIPTS = [
  'scripts/build',
  'scripts/lib.sh',
  'scripts/vagrant/fingerprint',
  'scripts/vagrant/check-build',
];
const ADDON = 'native/build/Release/xtrd_native.node';
const SOURCES = [
  ...['bpf/maps.h', 'native/map.cc', 'native/map.h', 'native/binding.gyp', 'src/main.ts'],
  ...['scripts/kit/clock.ts', 'scripts/testbed/traffic/main.ts', 'scripts/testbed/vagrant/guest/clock.ts'],
  ...['scripts/bootstrap', 'scripts/packages.sh', 'package-lock.json', 'tsconfig.json'],
  'scripts/layout/main.ts',
];
/** What the TypeScript compiler makes of the generator of layouts. */
const GENERATOR = `const { mkdirSync, writeFileSync } = require('node:fs');
mkdirSync('src/datapath/generated', { recursive: true });
writeFileSync('src/datapath/generated/layout.ts', '');
`;
const COMPILERS = ['scripts/build-bpf', 'node_modules/.bin/node-gyp', 'node_modules/.bin/tsc'];

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

class Clone {
  readonly #root = mkdtempSync(join(tmpdir(), 'xtrt-stamp-'));

  constructor(t: ExecutionContext) {
    t.teardown(() => rmSync(this.#root, { recursive: true }));
    for (const file of [...SCRIPTS, ADDON]) {
      mkdirSync(dirname(this.path(file)), { recursive: true });
      copyFileSync(join(REPOSITORY, file), this.path(file));
    }
    for (const file of SOURCES) this.write(file, `${file}\n`);
    for (const file of COMPILERS) this.stub(file, 'exit 0');
    this.write('package.json', '{ "engines": { "node": ">=20.10" } }');
    mkdirSync(this.path('bpf/build'));
    this.write('build/scripts/layout/main.js', GENERATOR);
  }

  path(file: string): string {
    return join(this.#root, file);
  }

  write(file: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text, { mode });
  }

  /** Instead of a compiler. */
  stub(file: string, command: string): void {
    this.write(file, `#!/bin/sh\n${command}\n`, 0o755);
  }

  run(script: string): Ended {
    const { status, stdout, stderr } = spawnSync(this.path(script), { encoding: 'utf8' });
    return { code: status, output: stdout + stderr };
  }

  fingerprint(): string {
    return this.run('scripts/vagrant/fingerprint').output;
  }
}

test('each source of what machines run is in the fingerprint', (t) => {
  const clone = new Clone(t);
  const seen = new Set([clone.fingerprint()]);
  t.regex([...seen].join(), /^[0-9a-f]{64}\n$/);
  const files = [...SOURCES, ...SCRIPTS, 'scripts/build-bpf'];
  for (const file of files) {
    appendFileSync(clone.path(file), '# changed\n');
    const fingerprint = clone.fingerprint();
    t.false(seen.has(fingerprint), file);
    seen.add(fingerprint);
  }
});

test('the name of a source and a new source are in the fingerprint', (t) => {
  const clone = new Clone(t);
  const first = clone.fingerprint();
  renameSync(clone.path('src/main.ts'), clone.path('src/other.ts'));
  const renamed = clone.fingerprint();
  clone.write('src/new/index.ts', '');
  t.is(new Set([first, renamed, clone.fingerprint()]).size, 3);
});

test('built files, tests and documents are not in the fingerprint', (t) => {
  const clone = new Clone(t);
  const first = clone.fingerprint();
  for (const file of ['build/src/main.js', 'bpf/build/maps.o', ADDON, 'test/a.test.ts', 'docs/a.md'])
    clone.write(file, 'new\n');
  t.is(clone.fingerprint(), first);
});

test('a machine accepts a build of the same sources', (t) => {
  const clone = new Clone(t);
  t.like(clone.run('scripts/build'), { code: 0 });
  t.deepEqual(clone.run('scripts/vagrant/check-build'), { code: 0, output: '' });
});

test('a machine refuses a missing build, and a build of other sources', (t) => {
  const clone = new Clone(t);
  const none = clone.run('scripts/vagrant/check-build');
  t.is(none.code, 1);
  t.regex(none.output, /the host has built nothing: run scripts\/build there/);
  clone.run('scripts/build');
  appendFileSync(clone.path('src/main.ts'), '// changed\n');
  const other = clone.run('scripts/vagrant/check-build');
  t.is(other.code, 1);
  t.regex(other.output, /the host has built other sources than these: run scripts\/build there/);
});

test('a machine refuses an addon that does not run on it', (t) => {
  const clone = new Clone(t);
  clone.run('scripts/build');
  clone.write(ADDON, 'of another machine\n');
  const { code, output } = clone.run('scripts/vagrant/check-build');
  t.is(code, 1);
  t.regex(output, /does not run on this machine: XTRD_VM_BUILD=machine vagrant provision/);
});

test('a failed build leaves no stamp, also not that of the previous build', (t) => {
  for (const compiler of COMPILERS) {
    const clone = new Clone(t);
    t.is(clone.run('scripts/build').code, 0, compiler);
    appendFileSync(clone.path('native/map.cc'), '// changed\n');
    clone.stub(compiler, 'exit 1');
    t.is(clone.run('scripts/build').code, 1, compiler);
    t.false(existsSync(clone.path('build/sources')), compiler);
  }
});

test('a source that changes during the build does not count as built', (t) => {
  const clone = new Clone(t);
  clone.stub('node_modules/.bin/tsc', `echo '// changed' >>${clone.path('src/main.ts')}`);
  t.is(clone.run('scripts/build').code, 0);
  t.regex(clone.run('scripts/vagrant/check-build').output, /other sources than these/);
});
