// SPDX-License-Identifier: Apache-2.0
// The Test Anything Protocol, as ava speaks it.

export interface TestCounts {
  readonly passed: number;
  readonly failed: readonly string[];
  /** Their names say why. */
  readonly skipped: readonly string[];
}

const LINE = /^(not ok|ok) \d+ - (.*?)( # (?:SKIP|TODO).*)?$/gm;

export function readTap(text: string): TestCounts {
  const all = [...text.matchAll(LINE)].map(([, result, name = '', directive]) => ({
    name,
    skipped: directive !== undefined,
    failed: result === 'not ok',
  }));
  const names = (which: (test: (typeof all)[number]) => boolean): string[] =>
    all.filter(which).map(({ name }) => name);
  return {
    passed: names(({ skipped, failed }) => !skipped && !failed).length,
    failed: names(({ failed }) => failed),
    skipped: names(({ skipped, failed }) => skipped && !failed),
  };
}
