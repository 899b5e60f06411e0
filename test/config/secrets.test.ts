// SPDX-License-Identifier: Apache-2.0
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { checkConfiguration, formatProblem } from '#config/index.js';
import { directory, load, STORY_XTR2 } from './fixture.js';

const secretOf = async (folder: string, text = STORY_XTR2): Promise<string> => {
  const { configuration } = await load(folder, text);
  return Buffer.from(configuration.xtr?.mapServers[0]?.key.secret ?? []).toString('latin1');
};

for (const [content, secret] of [
  ['abc', 'abc'],
  ['abc\n', 'abc'],
  ['abc\r\n', 'abc'],
  ['abc\n\n', 'abc\n'],
  [' abc ', ' abc '],
] as const)
  test(`the key file ${JSON.stringify(content)} holds ${JSON.stringify(secret)}`, async (t) => {
    const folder = await directory(t);
    await writeFile(join(folder, 'site.key'), content);
    t.is(await secretOf(folder), secret);
  });

test('a key file that others can read is a warning', async (t) => {
  const folder = await directory(t);
  await chmod(join(folder, 'site.key'), 0o644);
  const { warnings } = await load(folder, STORY_XTR2);
  t.deepEqual(
    warnings.map((warning) => formatProblem(warning).replaceAll(folder, '')),
    [
      "/node.yaml:15:18: map-servers[0].key.file: every user of this machine can read '/site.key'; chmod o-r /site.key",
    ],
  );
});

test('an inline secret is a warning only where others can read the file', async (t) => {
  const folder = await directory(t);
  const text = STORY_XTR2.replace('file: site.key', 'secret: abc');
  t.is(await secretOf(folder, text), 'abc');
  t.deepEqual((await load(folder, text)).warnings, []);
  await chmod(join(folder, 'node.yaml'), 0o644);
  const warnings = await checkConfiguration(join(folder, 'node.yaml'));
  t.deepEqual(
    warnings.map(({ line, path, message }) => ({ line, path, message })),
    [{ line: 15, path: 'map-servers[0].key.secret', message: 'every user of this machine can read it' }],
  );
});
