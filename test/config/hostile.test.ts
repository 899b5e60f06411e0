// SPDX-License-Identifier: Apache-2.0
// For any content of a file: it loads, or there is a ConfigurationError with positions inside the file.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { checkConfiguration, ConfigurationError } from '#config/index.js';
import { directory, STORY_XTR2, XTR } from './fixture.js';

const WHOLE = `${XTR}site-id: 7
database-mappings: [{eid-prefix: 5.5.5.0/24, instance-id: 0}]
map-cache: [{eid-prefix: '::/0', action: drop}, {eid-prefix: 6.0.0.0/8, locators: [{rloc: 4.4.4.4}]}]
map-servers: [{address: 9.9.9.9, key: &key {file: site.key, id: 1}, proxy-reply: true}]
map-server: {sites: [{name: S, keys: [*key], eid-prefixes: [{eid-prefix: 8.0.0.0/8}], strict-nonces: false}]}
record-ttl: 90m
limits: {held-packets: 9000, smr-suppression: 1s}
data-path: {xdp-mode: generic}
`;

async function checker(t: ExecutionContext): Promise<(text: string) => Promise<void>> {
  const file = join(await directory(t), 'node.yaml');
  return async (text) => {
    await writeFile(file, text, { mode: 0o600 });
    const lines = text.split('\n').length;
    try {
      await checkConfiguration(file);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      for (const { line, column } of error.problems)
        if (line < 1 || line > lines || column < 1) throw new Error(`${line}:${column} is not in the file`);
    }
  };
}

for (const [what, text] of [
  ['xTR2 of the story', STORY_XTR2],
  ['a file with every section', WHOLE],
] as const) {
  test(`${what}, as it is`, async (t) => {
    const file = join(await directory(t), 'node.yaml');
    await writeFile(file, text, { mode: 0o600 });
    t.deepEqual(await checkConfiguration(file), []);
  });

  test(`${what}, cut at every place`, async (t) => {
    const check = await checker(t);
    for (let length = 0; length < text.length; length++) await check(text.slice(0, length));
    t.pass();
  });

  test(`${what}, with a piece replaced`, async (t) => {
    const check = await checker(t);
    const piece = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom(
        '{',
        '[',
        '- ',
        ': ',
        '*key',
        '&a ',
        '!!int ',
        '\t',
        '\n',
        '---\n',
        'null',
        '0x',
        '~',
        '"',
        '|\n',
        '? ',
        '<<: ',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length), fc.nat(6), piece, (at, length, replacement) =>
        check(text.slice(0, at) + replacement + text.slice(at + length)),
      ),
      { numRuns: 200 },
    );
    t.pass();
  });
}
