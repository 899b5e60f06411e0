// SPDX-License-Identifier: Apache-2.0
import { z } from 'zod';
import type { Path } from './problem.js';

/** What a schema expects at a path inside it. */
export interface Expected {
  /** Completes 'write ...'. */
  readonly description: string | undefined;
  /** Keys of a mapping. */
  readonly keys: readonly string[];
}

/** Removes optional, default and transform, down to the list or mapping inside. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return unwrap(schema.unwrap());
  return schema instanceof z.ZodPipe ? unwrap(schema.in) : schema;
}

/** What `schema` expects at `path`. */
export function expectedAt(schema: z.core.$ZodType, path: Path): Expected {
  let here: z.core.$ZodType | undefined = schema;
  for (const step of path) {
    const inner: z.core.$ZodType | undefined = here && unwrap(here);
    if (inner instanceof z.ZodArray) here = inner.element;
    else here = inner instanceof z.ZodObject ? (inner.shape[step] as z.core.$ZodType | undefined) : undefined;
  }
  const inner = here && unwrap(here);
  return {
    description: here && describe(here),
    keys: inner instanceof z.ZodObject ? Object.keys(inner.shape) : [],
  };
}

/** The outermost description: of the schema itself, or of what it wraps. */
function describe(schema: z.core.$ZodType): string | undefined {
  if (schema instanceof z.ZodEnum) return `one of ${schema.options.join(', ')}`;
  const own = schema instanceof z.ZodType ? schema.description : undefined;
  if (own !== undefined) return own;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return describe(schema.unwrap());
  return schema instanceof z.ZodPipe ? describe(schema.in) : undefined;
}
