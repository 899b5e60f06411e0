// SPDX-License-Identifier: Apache-2.0
// scripts/lib.sh: the output of long steps, and of steps without root.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { REPOSITORY } from '#scripts/kit/repository.js';

function bash(command: string) {
  const env = { ...process.env, XTRD_PROGRESS_S: '1' };
  const all = `. '${REPOSITORY}scripts/lib.sh'; ${command}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', all], { encoding: 'utf8', env });
  return { status, stdout, stderr };
}

test('a long step prints its time and its progress; its output stays hidden', (t) => {
  const { status, stdout, stderr } = bash(
    "quietly sh -c 'echo first; echo Unpacking clang; sleep 2.5'; echo done",
  );
  t.is(status, 0);
  t.is(stderr, '');
  t.regex(stdout, /^( +\d+ s {6}\d+ s: .*\n)* +\d+ s {6}[1-9] s: Unpacking clang\ndone\n$/);
});

test('the progress comes from a command, if one is given', (t) => {
  const { stdout } = bash("far() { echo '120 of 219'; }; quietly --progress far sleep 1.5");
  t.regex(stdout, /: 120 of 219\n$/);
});

test('a short step prints nothing', (t) => {
  t.deepEqual(bash('quietly echo hidden'), { status: 0, stdout: '', stderr: '' });
});

test('a failed step prints its output, and ends the script', (t) => {
  const { status, stdout, stderr } = bash("quietly sh -c 'echo why; exit 3'; echo not reached");
  t.is(status, 1);
  t.is(stdout, '');
  t.regex(stderr, /^why\n.*: failed: sh -c echo why; exit 3\n$/);
});

/** need_root in scripts/some as nobody, with that one program in PATH. */
function asNobody(t: ExecutionContext, program: string) {
  const root = mkdtempSync(join(tmpdir(), 'xtrt-nobody-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'scripts'));
  mkdirSync(join(root, 'bin'));
  chmodSync(root, 0o755);
  copyFileSync(join(REPOSITORY, 'scripts/lib.sh'), join(root, 'scripts/lib.sh'));
  writeFileSync(join(root, 'bin', program), '#!/bin/sh\n', { mode: 0o755 });
  const some = join(root, 'scripts/some');
  writeFileSync(
    some,
    `#!/bin/bash\n. ${root}/scripts/lib.sh\nPATH=${root}/bin\nhash -p /usr/bin/realpath realpath\nneed_root\n`,
    { mode: 0o755 },
  );
  const args = ['--reuid=65534', '--regid=65534', '--clear-groups', some];
  return { some, ...spawnSync('setpriv', args, { encoding: 'utf8' }) };
}

test('without root, a script says what to do: by sudo where there is one', (t) => {
  const { status, stderr, some } = asNobody(t, 'sudo');
  t.is(status, 1);
  t.is(stderr, `some: needs root: sudo ${some}\n`);
});

test('without root and without sudo, too', (t) => {
  const { status, stderr, some } = asNobody(t, 'other');
  t.is(status, 1);
  t.is(stderr, `some: needs root, and there is no sudo here: become root (su -), then run ${some}\n`);
});
