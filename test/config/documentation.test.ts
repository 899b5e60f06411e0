// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { z } from 'zod';
import { checkConfiguration } from '#config/index.js';
import { configurationSchema } from '#config/schema.js';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import { unwrap } from '#config/schema-walk.js';
import { directory, load, STORY_XTR2 } from './fixture.js';

interface Row {
  readonly type: string;
  readonly default: string;
}

const MANUAL = await readFile(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
const ROWS = new Map<string, Row>(
  [...MANUAL.matchAll(/^\| `([^`]+)` +\| (.*?) +\| (.*?) +\|.*\|$/gm)].map(
    ([, key = '', type = '', fallback = '']) => [key, { type, default: fallback }],
  ),
);

/** Every key below a schema, as the manual writes it. */
function keysOf(schema: z.core.$ZodType, path = ''): [key: string, schema: z.core.$ZodType][] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return keysOf(inner.element, `${path}[]`);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([name, below]) => {
    const key = path === '' ? name : `${path}.${name}`;
    return [[key, below as z.core.$ZodType], ...keysOf(below as z.core.$ZodType, key)] as [
      string,
      z.core.$ZodType,
    ][];
  });
}

const KEYS = keysOf(configurationSchema);

test('every key of the schema is in the manual once, and no other', (t) => {
  t.deepEqual([...ROWS.keys()].sort(), KEYS.map(([key]) => key).sort());
  t.is([...MANUAL.matchAll(/^\| `/gm)].length, ROWS.size);
});

for (const [key, schema] of KEYS)
  test(`the default of ${key} is what the manual says`, (t) => {
    const said = ROWS.get(key)?.default ?? '';
    if (schema instanceof z.ZodDefault) t.is(said, `\`${durationText(key, schema.def.defaultValue)}\``);
    else if (schema instanceof z.ZodPrefault) t.is(said, '`{}`');
    else if (schema instanceof z.ZodOptional)
      t.not(said, 'required'); // values: the tests below
    else t.is(said, 'required');
  });

function durationText(key: string, value: unknown): string {
  if (!/duration/.test(ROWS.get(key)?.type ?? '')) return String(value);
  return Number(value) % 3_600_000 === 0 ? `${Number(value) / 3_600_000}h` : `${Number(value) / 1_000}s`;
}

test('ranges are those of the schema', (t) => {
  for (const [key, schema] of KEYS) {
    const [, min, max] =
      /^whole number from (\d+) to (\d+)$/.exec((schema as z.ZodType).description?.slice(2) ?? '') ?? [];
    const type = ROWS.get(key)?.type ?? '';
    if (min !== undefined && type !== 'instance ID') t.true(type.startsWith(`${min} to ${max}`), key);
    if (unwrap(schema) instanceof z.ZodEnum)
      t.is(type, (unwrap(schema) as z.ZodEnum).options.map((option) => `\`${option}\``).join(', '), key);
  }
});

test('defaults that depend on the file are those of the manual', async (t) => {
  const { configuration } = await load(await directory(t), STORY_XTR2);
  const fill = (key: string): string =>
    (ROWS.get(key)?.default ?? '').replaceAll('`', '').replace('NAME', 'xtr2');
  t.is(configuration.apiSocket, fill('api-socket'));
  t.is(configuration.stateDirectory, fill('state-directory'));
  t.is(ROWS.get('xtr-id')?.default, 'made once, kept in `state-directory`');
  t.is(configuration.xtr?.identity.xtrId, 77n);
  const { heldPacketsPerEid } = DEFAULT_XTR_LIMITS;
  t.is(
    ROWS.get('limits.held-packets-per-eid')?.default,
    `\`${heldPacketsPerEid}\`, at most \`held-packets\``,
  );
});

test('the examples of the manual are valid', async (t) => {
  const folder = await directory(t);
  const examples = [...MANUAL.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
  t.is(examples.length, 2);
  for (const example of examples) {
    await load(folder, example);
    t.deepEqual(await checkConfiguration(join(folder, 'node.yaml')), []);
  }
});
