// SPDX-License-Identifier: Apache-2.0
import { element, text } from './element.js';
import { COLOURS, FONT, SIZES } from './style.js';

/** Of all plots, pixels. */
export const WIDTH = 860;
export const MARGIN = 24;
/** Below title and subtitle. */
export const TOP = 78;

export interface Heading {
  readonly title: string;
  /** What a value is, how it was taken, what the whiskers mean. */
  readonly subtitle: string;
}

export function page({ title, subtitle }: Heading, height: number, ...content: readonly string[]): string {
  const frame = { x: 0.5, y: 0.5, width: WIDTH - 1, height: height - 1, rx: 8 };
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      ...{ width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` },
      ...{ role: 'img', 'aria-label': title, 'font-family': FONT },
    },
    element('rect', { ...frame, fill: COLOURS.background, stroke: COLOURS.border }),
    text(title, { x: MARGIN, y: 34, 'font-size': SIZES.title, 'font-weight': 600, fill: COLOURS.text }),
    text(subtitle, { x: MARGIN, y: 54, 'font-size': SIZES.subtitle, fill: COLOURS.faint }),
    ...content,
  )}\n`;
}

export function line(
  from: readonly [x: number, y: number],
  to: readonly [x: number, y: number],
  stroke: string,
  width = 1,
  dashes?: string,
): string {
  const ends = { x1: from[0], y1: from[1], x2: to[0], y2: to[1] };
  return element('line', {
    ...{ ...ends, stroke, 'stroke-width': width },
    ...(dashes === undefined ? {} : { 'stroke-dasharray': dashes }),
  });
}

export function label(
  content: string,
  at: readonly [x: number, y: number],
  anchor: 'start' | 'middle' | 'end',
  more: Readonly<Record<string, string | number>> = {},
): string {
  return text(content, {
    ...{ x: at[0], y: at[1], 'text-anchor': anchor, 'font-size': SIZES.tick, fill: COLOURS.faint },
    ...more,
  });
}
