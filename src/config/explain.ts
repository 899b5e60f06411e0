// SPDX-License-Identifier: Apache-2.0
import type { z } from 'zod';
import { nearest } from './did-you-mean.js';
import type { Problem } from './problem.js';
import { expectedAt } from './schema-walk.js';
import type { YamlSource } from './yaml-source.js';

/** Words a person understands for what zod found in `schema`, whose values begin at the path `base` of the file. */
export function explain(
  issue: z.core.$ZodIssue,
  schema: z.core.$ZodType,
  base: readonly (string | number)[],
  source: YamlSource,
): Problem[] {
  const inner = issue.path as (string | number)[];
  const path = [...base, ...inner];
  const { description = 'something else', keys } = expectedAt(schema, inner);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) =>
      source.problemAtKey([...path, key], 'unknown key', unknownKeyHint(key, keys)),
    );
  const value = source.valueAt(path);
  if (value === undefined) return [source.problemAt(path, 'is missing', `write ${description}`)];
  if (issue.code === 'custom' && issue.params)
    return [source.problemAt(path, issue.message, String(issue.params['hint'] ?? `write ${description}`))];
  const shown = path.at(-1) === 'secret' ? 'this' : show(value);
  return [source.problemAt(path, `${shown} is not valid here`, `write ${description}`)];
}

/** The key that was meant, or all that there are. */
export function unknownKeyHint(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return meant === undefined ? `known keys are ${known.join(', ')}` : `did you mean ${meant}?`;
}

const LONGEST_SHOWN = 60;

function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > LONGEST_SHOWN
        ? `a text of ${value.length} characters`
        : `the text ${JSON.stringify(value)}`;
    case 'bigint':
    case 'number':
      return `the number ${String(value).slice(0, LONGEST_SHOWN)}`;
    case 'boolean':
      return `'${String(value)}'`;
    default:
      return value === null ? 'nothing' : Array.isArray(value) ? 'a list' : 'a mapping';
  }
}
