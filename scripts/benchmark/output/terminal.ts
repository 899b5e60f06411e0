// SPDX-License-Identifier: Apache-2.0
import type { Outcome } from '../run.js';
import { COLUMNS, grouped, rowOf } from './text.js';

function table(rows: readonly (readonly string[])[]): string {
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

export function renderTerminal({ results, failures }: Outcome): string {
  const groups = [...grouped(results)].map(
    ([group, members]) => `${group}\n\n${table([COLUMNS, ...members.map(rowOf)])}\n`,
  );
  const failed = failures.map(({ stage, message }) => `not measured: ${stage}: ${message}`);
  return [...groups, ...failed].join('\n');
}
