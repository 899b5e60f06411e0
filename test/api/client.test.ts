// SPDX-License-Identifier: Apache-2.0
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chown, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { AgentError, AgentUnreachableError, ApiClient } from '#api/client.js';
import { LineSplitter, LineTooLongError } from '#api/line-splitter.js';
import { serve } from './fixture-service.js';
import { EVENTS, MAP_CACHE, STATUS } from './fixture-views.js';

const SHORT_PATIENCE = { answer_ms: 20, lookup_ms: 3_600_000 };

const run = promisify(execFile);

test('values and tables arrive as the service returned them, in order', async (t) => {
  const { path, service } = await serve(t);
  const client = await ApiClient.connect(path);
  t.deepEqual(await client.call('status'), STATUS);
  t.deepEqual(await client.call('mapCache', {}), [...MAP_CACHE]);
  t.deepEqual(await client.call('mapCache', { eid: '9.9.9.9', instanceId: 0 }), []);
  t.deepEqual(await client.call('lookup', { eid: '1.1.1.1', to: '9.9.9.9' }), service.lookupView);
  t.deepEqual(service.asked, [{}, { eid: '9.9.9.9', instanceId: 0 }, { eid: '1.1.1.1', to: '9.9.9.9' }]);
  client.close();
});

test('a refusal of the agent is an AgentError', async (t) => {
  const { path } = await serve(t);
  const client = await ApiClient.connect(path);
  await t.throwsAsync(client.call('away', { eid: 'nonsense' }), {
    instanceOf: AgentError,
    code: 'invalid-params',
    message: "'nonsense' is not an IPv4 or IPv6 address",
  });
  client.close();
});

test('events are iterated until the iteration is left', async (t) => {
  const { path, service } = await serve(t);
  const client = await ApiClient.connect(path);
  const seen: unknown[] = [];
  for await (const event of client.events()) {
    seen.push(event);
    if (seen.length === 2) service.tell(EVENTS[0]!);
    if (seen.length === 3) break;
  }
  client.close();
  t.deepEqual(seen, [...EVENTS, EVENTS[0]]);
});

test('an agent that ends is unreachable from then on', async (t) => {
  const { path, server } = await serve(t);
  const client = await ApiClient.connect(path);
  await client.call('status');
  await server.close();
  await t.throwsAsync(client.call('status'), { instanceOf: AgentUnreachableError });
});

test('no socket', async (t) => {
  const { folder } = await serve(t);
  const path = join(folder, 'none.sock');
  await t.throwsAsync(ApiClient.connect(path), {
    instanceOf: AgentUnreachableError,
    message: `there is no socket '${path}': is xtrd running?`,
  });
});

// Node may refuse to change its own user (with io_uring). The child may read everything, so that it finds its modules
// wherever they are, but not write to what is another user's.
test('no permission', async (t) => {
  const { path } = await serve(t);
  await chown(path, 65_534, 65_534);
  const withoutOverride = ['--bounding-set', '-dac_override', '--inh-caps', '-dac_override'];
  const script = fileURLToPath(new URL('./connect-inside.js', import.meta.url));
  const { stdout } = await run('setpriv', [...withoutOverride, process.execPath, script, path]);
  t.is(
    stdout,
    `AgentUnreachableError: no permission to use '${path}': become root, or a member of its group\n`,
  );
});

test('a file that is no socket', async (t) => {
  const { folder } = await serve(t);
  const path = join(folder, 'file.sock');
  await writeFile(path, '');
  await t.throwsAsync(ApiClient.connect(path), {
    instanceOf: AgentUnreachableError,
    message: /no process listens on/,
  });
});

test('an agent that answers nonsense', async (t) => {
  const { folder } = await serve(t);
  const path = join(folder, 'odd.sock');
  const odd = createServer((socket) => socket.end('hello\n')).listen(path);
  t.teardown(() => odd.close());
  await once(odd, 'listening');
  const client = await ApiClient.connect(path);
  await t.throwsAsync(client.call('status'), { instanceOf: AgentUnreachableError });
});

const SILENT: readonly (readonly [what: string, method: 'status' | 'mapCache' | 'lookup'])[] = [
  ['a value', 'status'],
  ['a table', 'mapCache'],
  ['a lookup', 'lookup'],
];

for (const [what, method] of SILENT)
  test(`an agent that never answers is unreachable: ${what}`, async (t) => {
    const { folder } = await serve(t);
    const path = join(folder, 'hung.sock');
    const hung = createServer(() => undefined).listen(path);
    await once(hung, 'listening');
    const patience = method === 'lookup' ? { answer_ms: 3_600_000, lookup_ms: 20 } : SHORT_PATIENCE;
    const client = await ApiClient.connect(path, patience);
    await t.throwsAsync(client.call(method, { eid: '1.1.1.1' }), {
      instanceOf: AgentUnreachableError,
      message: `the agent on '${path}' has not answered for 0.02 s: it is stopped or hangs; see its log, or restart it`,
    });
    hung.close();
  });

test('an agent that stops in the middle of a table is unreachable', async (t) => {
  const { folder } = await serve(t);
  const path = join(folder, 'hung.sock');
  const hung = createServer((socket) => socket.write('{"id":1,"part":[]}\n')).listen(path);
  await once(hung, 'listening');
  const client = await ApiClient.connect(path, SHORT_PATIENCE);
  await t.throwsAsync(client.call('mapCache', {}), { message: /has not answered for 0.02 s/ });
  hung.close();
});

test('lines are found regardless of how the bytes are split', (t) => {
  const bytes = Buffer.from('a\n\nbé\nc');
  for (let size = 1; size <= bytes.length; size++) {
    const lines = new LineSplitter(8);
    const found: string[] = [];
    for (let at = 0; at < bytes.length; at += size) found.push(...lines.push(bytes.subarray(at, at + size)));
    t.deepEqual(found, ['a', '', 'bé'], `in pieces of ${size}`);
  }
});

test('a line may have as many bytes as the limit, and no more', (t) => {
  t.deepEqual(new LineSplitter(3).push(Buffer.from('abc\n')), ['abc']);
  t.throws(() => new LineSplitter(3).push(Buffer.from('abcd\n')), { instanceOf: LineTooLongError });
  t.throws(() => new LineSplitter(3).push(Buffer.from('abcd')), { instanceOf: LineTooLongError });
});
