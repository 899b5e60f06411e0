// SPDX-License-Identifier: Apache-2.0

/** Path of a value in the document: ['map-servers', 0, 'key', 'file']. */
export type Path = readonly (string | number)[];

/** One mistake in a configuration file, or one warning. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** 'map-servers[0].key.file'; empty for the whole file. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** How to correct it. */
  readonly hint: string;
}

/** Takes a problem. The position of `path` in the file is looked up when the problem is added. */
export type Report = (path: Path, message: string, hint: string) => void;

/** A configuration that cannot be used. `message` has one line for each problem. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly code = 'ERR_CONFIGURATION';
  readonly problems: readonly Problem[];

  /** @param more problems that were found but not kept */
  constructor(problems: readonly Problem[], more = 0) {
    const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
    super([...sorted.map(formatProblem), ...(more > 0 ? [`and ${more} more problems`] : [])].join('\n'));
    this.problems = sorted;
  }
}

/** At most so many problems of a file are reported. */
const MAX_PROBLEMS = 100;

/** The problems of a file. The first ones are kept, the others only counted, since locating a problem takes time. */
export class ProblemList {
  readonly #found: Problem[] = [];
  #more = 0;

  add(locate: () => Problem): void {
    if (this.#found.length < MAX_PROBLEMS) this.#found.push(locate());
    else this.#more += 1;
  }

  /** @throws ConfigurationError if there are any */
  throwIfAny(): void {
    if (this.#found.length > 0) throw new ConfigurationError(this.#found, this.#more);
  }
}

/** 'FILE:LINE:COLUMN: path: what is wrong; what would be right' */
export function formatProblem(problem: Problem): string {
  const { file, line, column, path, message, hint } = problem;
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}; ${hint}`;
}

export function formatPath(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join('');
}
