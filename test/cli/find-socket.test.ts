// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CommandError } from '#cli/exit-code.js';
import { findSocket } from '#cli/find-socket.js';

async function directory(t: ExecutionContext, ...files: string[]): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'xtrt-run-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  for (const file of files) await writeFile(join(path, file), '');
  return path;
}

test('--socket comes first', async (t) => {
  t.is(await findSocket({ socket: 's' }, { XTRD_SOCKET: 'e' }, await directory(t, 'a.sock')), 's');
});

test('--name names a socket in the directory', async (t) => {
  t.is(await findSocket({ name: 'xtr4' }, { XTRD_SOCKET: 'e' }), '/run/xtrd/xtr4.sock');
});

test('XTRD_SOCKET comes before the directory', async (t) => {
  t.is(await findSocket({}, { XTRD_SOCKET: 'e' }, await directory(t, 'a.sock')), 'e');
});

test('an empty XTRD_SOCKET is none, and the only socket is taken', async (t) => {
  const path = await directory(t, 'a.sock', 'a.pid');
  t.is(await findSocket({}, { XTRD_SOCKET: '' }, path), join(path, 'a.sock'));
});

test('several sockets are listed', async (t) => {
  await t.throwsAsync(findSocket({}, {}, await directory(t, 'xtr4.sock', 'xtr2.sock')), {
    instanceOf: CommandError,
    message: 'several agents run here; choose one with --name: xtr2, xtr4',
  });
});

for (const [what, path] of [
  ['no socket', undefined],
  ['no directory', '/nowhere/xtrd'],
] as const)
  test(what, async (t) => {
    const folder = path ?? (await directory(t));
    const error = await t.throwsAsync(findSocket({}, {}, folder), { instanceOf: CommandError });
    t.is(
      error?.message,
      `there is no socket in ${folder}: is xtrd running? If its socket is elsewhere, use --socket PATH`,
    );
    t.is(error?.exitCode, 3);
  });
