// SPDX-License-Identifier: Apache-2.0

/** A plot brings its own background, so that it reads alike on light and dark pages. */
export const COLOURS = {
  background: '#ffffff',
  border: '#d0d7de',
  text: '#1f2328',
  faint: '#59636e',
  grid: '#e6eaef',
  axis: '#8c959f',
  target: '#c2410c',
} as const;

/** Told apart by people who do not see red and green (after Okabe and Ito), and dark enough for thin lines. */
const SERIES = ['#0072b2', '#d55e00', '#009e73', '#a3528f', '#8a6d00', '#4a8fc7'];

export function seriesColour(index: number): string {
  return SERIES[index % SERIES.length] ?? COLOURS.text;
}

export const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";
export const SIZES = { title: 17, subtitle: 12.5, label: 12.5, tick: 11.5 } as const;
