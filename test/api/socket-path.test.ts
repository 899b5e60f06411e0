// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ApiServer } from '#api/index.js';
import { ApiSocketError } from '#api/socket-path.js';
import { FixtureService } from './fixture-service.js';

async function folder(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'xtrt-sock-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function listening(t: ExecutionContext, path: string): Promise<ApiServer> {
  const server = new ApiServer(new FixtureService(), () => undefined);
  await server.listen(path);
  t.teardown(() => server.close());
  return server;
}

test.serial('the socket is made with its directory, mode 0660, and removed on close', async (t) => {
  const path = join(await folder(t), 'run', 'xtrd', 'xtr2.sock');
  const before = process.umask(0o022);
  t.teardown(() => process.umask(before));
  const server = await listening(t, path);
  const found = await stat(path);
  t.true(found.isSocket());
  t.is(found.mode & 0o777, 0o660);
  t.is(process.umask(0o022), 0o022);
  await server.close();
  await t.throwsAsync(access(path), { code: 'ENOENT' });
});

test.serial('the socket that a killed agent left behind is replaced', async (t) => {
  const path = join(await folder(t), 'xtr2.sock');
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.true((await stat(path)).isSocket());
  await t.notThrowsAsync(listening(t, path));
});

test.serial('the socket of a running agent is an error that names it', async (t) => {
  const path = join(await folder(t), 'xtr2.sock');
  await listening(t, path);
  const error = await t.throwsAsync(listening(t, path), { instanceOf: ApiSocketError });
  t.is(error?.message, `another agent listens on '${path}': stop it, or give this one another name`);
  t.true((await stat(path)).isSocket());
});

test.serial('a file that is no socket is not touched', async (t) => {
  const path = join(await folder(t), 'xtr2.sock');
  await writeFile(path, 'precious');
  await t.throwsAsync(listening(t, path), {
    instanceOf: ApiSocketError,
    message: /exists and is not a socket/,
  });
  t.is(await readFile(path, 'utf8'), 'precious');
});

test.serial('a directory that cannot be made is an error', async (t) => {
  const file = join(await folder(t), 'file');
  await writeFile(file, '');
  await t.throwsAsync(listening(t, join(file, 'xtr2.sock')), {
    instanceOf: ApiSocketError,
    message: /cannot create a socket at .* configure another api-socket/,
  });
});
