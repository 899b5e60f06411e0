// SPDX-License-Identifier: Apache-2.0
import type { z } from 'zod';
import { addUnknownKey, explain } from './explain.js';
import { type Path, ProblemList } from './problem.js';
import { configurationSchema, type Section, type SectionName } from './schema.js';
import { unwrap } from './schema-walk.js';
import type { YamlSource } from './yaml-source.js';

/** A valid element of a list, and its path. */
export interface Located<T> {
  readonly value: T;
  readonly path: Path;
}

type ElementOf<K extends SectionName> = NonNullable<Section<K>> extends readonly (infer E)[] ? E : never;

/**
 * The sections of a file. Each section, and each element of a list, is parsed on its own, so that one mistake does not
 * hide others. The checks between sections use the valid values.
 */
export class Sections {
  readonly problems = new ProblemList();
  readonly #source: YamlSource;
  readonly #broken = new Set<SectionName>();

  constructor(source: YamlSource) {
    this.#source = source;
    const known = Object.keys(configurationSchema.shape);
    for (const key of Object.keys(source.values))
      if (!known.includes(key)) addUnknownKey([key], known, source, this.problems);
  }

  /** Undefined if the section is absent or not valid. */
  one<K extends SectionName>(name: K): Section<K> | undefined {
    return this.#parse(name, configurationSchema.shape[name], this.#source.values[name], [name]) as
      Section<K> | undefined;
  }

  /** The valid elements of a list section. */
  list<K extends SectionName>(name: K): readonly Located<ElementOf<K>>[] {
    const schema = configurationSchema.shape[name];
    const value = this.#source.values[name];
    const element = (unwrap(schema) as z.ZodArray).element;
    if (!Array.isArray(value)) {
      this.#parse(name, schema, value, [name]);
      return [];
    }
    return value.flatMap((item, i) => {
      const path = [name, i];
      const parsed = this.#parse(name, element, item, path) as ElementOf<K> | undefined;
      return parsed === undefined ? [] : [{ value: parsed, path }];
    });
  }

  /** Whether the section is in the file. */
  has(name: SectionName): boolean {
    return this.#source.values[name] !== undefined;
  }

  /** Whether a part of the section was not valid. Then a missing value is not a problem of its own. */
  broken(name: SectionName): boolean {
    return this.#broken.has(name);
  }

  #parse(name: SectionName, schema: z.core.$ZodType, value: unknown, path: Path): unknown {
    const result = (schema as z.ZodType).safeParse(value);
    if (result.success) return result.data;
    this.#broken.add(name);
    for (const issue of result.error.issues) explain(issue, schema, path, this.#source, this.problems);
    return undefined;
  }
}
