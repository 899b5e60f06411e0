// SPDX-License-Identifier: Apache-2.0
import { type Report, type ReportedFigure, summary } from './report.js';
import { formatSpread, formatTarget, formatValue, formatVerdict, grouped } from './text.js';

const COLUMNS = ['figure', 'median', 'half of the rounds between', 'p99', 'target', ''] as const;

function rowOf(figure: ReportedFigure): string[] {
  const { title, unit, distribution } = figure;
  return [
    title,
    formatValue(distribution.median, unit),
    formatSpread(figure),
    formatValue(distribution.p99, unit),
    formatTarget(figure),
    formatVerdict(figure),
  ];
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

export function renderTerminal(report: Report): string {
  const groups = [...grouped(report.figures)].map(
    ([group, members]) => `${group}\n\n${table([COLUMNS, ...members.map(rowOf)])}\n`,
  );
  const failed = report.failures.map(({ stage, message }) => `not measured: ${stage}: ${message}`);
  return [...groups, ...failed, summary(report)].join('\n');
}
