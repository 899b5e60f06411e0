// SPDX-License-Identifier: Apache-2.0
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { ConfigurationError, formatPath, type Path, type Problem, ProblemList } from './problem.js';
import { keyText, oddKeys } from './yaml-keys.js';

/** Limit of the expansion by aliases, as the yaml package counts it: uses times nodes behind them. */
const MAX_ALIAS_COUNT = 100;

/** Later syntax errors are mostly consequences of the first ones. */
const MAX_SYNTAX_PROBLEMS = 5;

/** A YAML file: its values, and the position of each in the text. Integers are bigint: an xTR-ID has 128 bits. */
export class YamlSource {
  readonly file: string;
  /** The root mapping. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;

  /** @throws ConfigurationError on a syntax error; then nothing else is checked */
  constructor(file: string, text: string) {
    this.file = file;
    try {
      this.#document = parseDocument(text, {
        lineCounter: this.#lines,
        intAsBigInt: true,
        uniqueKeys: false, // true would compare every key with every other; oddKeys uses a set
        prettyErrors: false,
        logLevel: 'error', // 'silent' would accept a second document
      });
      this.#checkSyntax(this.#document);
      this.values = this.#document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }) as Record<string, unknown>;
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      throw new ConfigurationError([this.#problem(0, [], ...unusable(error))]);
    }
  }

  /** A problem at the value of `path`, or at the nearest existing node above it. */
  problemAt(path: Path, message: string, hint: string): Problem {
    return this.#problem(this.#offset(path), path, message, hint);
  }

  /** A problem at the last key of `path`. */
  problemAtKey(path: Path, message: string, hint: string): Problem {
    const key = this.#find(path.slice(0, -1), path.at(-1));
    return this.#problem(key ?? this.#offset(path), path, message, hint);
  }

  valueAt(path: Path): unknown {
    return path.reduce<unknown>(
      (value, step) => (value as Record<string | number, unknown> | null | undefined)?.[step],
      this.values,
    );
  }

  #checkSyntax(document: Document.Parsed): void {
    const problems = new ProblemList();
    const add = (offset: number, path: Path, message: string, hint: string): void =>
      problems.add(() => this.#problem(offset, path, message, hint));
    const broken = [...document.errors, ...document.warnings];
    if (broken.some(({ message }) => message.includes('call stack')))
      throw new RangeError('nested too deeply');
    for (const { code, pos, message } of broken.slice(0, MAX_SYNTAX_PROBLEMS))
      add(pos[0], [], ...syntaxText(code, message));
    problems.throwIfAny();
    const root = document.contents;
    if (root === null || (isScalar(root) && root.value === null))
      add(0, [], 'the file is empty', 'begin with name: NAME');
    else if (!isMap(root)) add(root.range[0], [], 'this is not a mapping', 'write KEY: VALUE, one a line');
    else for (const { offset, path, message, hint } of oddKeys(root)) add(offset, path, message, hint);
    problems.throwIfAny();
  }

  /** Offset of the node of `path`, or of the deepest one above it. `key:` without a value is found at its key. */
  #offset(path: Path): number {
    let node: unknown = this.#document.contents;
    let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    for (const step of path) {
      const { key, value } = this.#child(node, step);
      const here = isNode(value) && !(isScalar(value) && value.value === null) ? value : key;
      if (!isNode(here)) break;
      offset = here.range?.[0] ?? offset;
      node = value;
    }
    return offset;
  }

  #find(parent: Path, key: string | number | undefined): number | undefined {
    let node: unknown = this.#document.contents;
    for (const step of parent) node = this.#child(node, step).value;
    const found = key === undefined ? undefined : this.#child(node, key).key;
    return isNode(found) ? found.range?.[0] : undefined;
  }

  #child(parent: unknown, step: string | number): { key?: unknown; value?: unknown } {
    const node = isAlias(parent) ? parent.resolve(this.#document) : parent;
    if (isMap(node)) return node.items.find((pair) => keyText(pair) === String(step)) ?? {};
    return isSeq(node) ? { value: node.items[Number(step)] } : {};
  }

  #problem(offset: number, path: Path, message: string, hint: string): Problem {
    const { line, col } = this.#lines.linePos(offset);
    return {
      file: this.file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      path: formatPath(path),
      message,
      hint,
    };
  }
}

function syntaxText(code: string, message: string): [message: string, hint: string] {
  switch (code) {
    case 'TAB_AS_INDENT':
      return ['a tab is used as indentation', 'indent with spaces'];
    case 'MULTIPLE_DOCS':
      return ['a second YAML document begins here', 'write one node in one file, without ---'];
    case 'TAG_RESOLVE_FAILED':
      return [message, 'write the value without a tag'];
    default:
      return [message, 'correct the YAML syntax here'];
  }
}

function unusable(error: unknown): [message: string, hint: string] {
  if (error instanceof ReferenceError) return [error.message, 'write the values out without aliases'];
  if (error instanceof RangeError)
    return ['the values are nested too deeply', 'no key is deeper than 5 levels'];
  throw error;
}
