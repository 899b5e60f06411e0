// SPDX-License-Identifier: Apache-2.0
import type { z } from 'zod';
import { nearest } from './did-you-mean.js';
import type { ProblemList } from './problem.js';
import { expectedAt } from './schema-walk.js';
import type { YamlSource } from './yaml-source.js';

/** Adds an issue of zod as a readable problem. The values of `schema` begin at the path `base` of the file. */
export function explain(
  issue: z.core.$ZodIssue,
  schema: z.core.$ZodType,
  base: readonly (string | number)[],
  source: YamlSource,
  problems: ProblemList,
): void {
  const inner = issue.path as (string | number)[];
  const path = [...base, ...inner];
  const { description = 'something else', keys } = expectedAt(schema, inner);
  if (issue.code === 'unrecognized_keys')
    for (const key of issue.keys) addUnknownKey([...path, key], keys, source, problems);
  else problems.add(() => source.problemAt(path, ...explainValue(issue, path, description, source)));
}

export function addUnknownKey(
  path: readonly (string | number)[],
  known: readonly string[],
  source: YamlSource,
  problems: ProblemList,
): void {
  problems.add(() => source.problemAtKey(path, 'unknown key', unknownKeyHint(String(path.at(-1)), known)));
}

function explainValue(
  issue: z.core.$ZodIssue,
  path: readonly (string | number)[],
  description: string,
  source: YamlSource,
): [message: string, hint: string] {
  const value = source.valueAt(path);
  if (value === undefined) return ['is missing', `write ${description}`];
  if (issue.code === 'custom' && issue.params)
    return [issue.message, String(issue.params['hint'] ?? `write ${description}`)];
  const shown = path.at(-1) === 'secret' ? 'this' : show(value);
  return [`${shown} is not valid here`, `write ${description}`];
}

/** Suggests a similar key, or lists all keys. */
function unknownKeyHint(key: string, known: readonly string[]): string {
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
