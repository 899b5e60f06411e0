// SPDX-License-Identifier: Apache-2.0

export interface Column {
  /** One or two lines. */
  readonly header: readonly string[];
  /** Minimum width. Wider cells widen the column. */
  readonly width?: number;
}

const GAP = 2;

/**
 * Cells under their headers, as wide as the widest cell, two spaces between them, each line indented. Lines end without
 * spaces.
 */
export function columns(
  layout: readonly Column[],
  rows: readonly (readonly string[])[],
  indent = 0,
): string[] {
  const headerLines = Math.max(...layout.map(({ header }) => header.length));
  const headers = Array.from({ length: headerLines }, (_, line) =>
    layout.map(({ header }) => header[line] ?? ''),
  );
  const lines = [...headers, ...rows];
  const widths = layout.map(({ width = 0 }, i) =>
    lines.reduce((widest, cells) => Math.max(widest, cells[i]?.length ?? 0), width),
  );
  return lines.map((cells) => {
    const padded = cells.map((cell, i) => cell.padEnd((widths[i] ?? 0) + GAP));
    return (' '.repeat(indent) + padded.join('')).trimEnd();
  });
}

/** Priority and weight as IOS aligns them: ' 10/50 '. */
export function priorityWeight(priority: number, weight: number): string {
  return `${String(priority).padStart(3)}/${String(weight).padEnd(3)}`;
}

/** 'Label:' and its value in a second column. */
export function labelled(label: string, value: string, column: number): string {
  return `${label.padEnd(column - 1)} ${value}`.trimEnd();
}
