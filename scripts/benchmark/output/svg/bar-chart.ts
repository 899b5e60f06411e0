// SPDX-License-Identifier: Apache-2.0
import { linearAxis } from './axis.js';
import { element, textWidth } from './element.js';
import { type Heading, label, line, MARGIN, page, TOP, WIDTH } from './page.js';
import { COLOURS, seriesColour, SIZES } from './style.js';

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Ends of the whisker. */
  readonly low: number;
  readonly high: number;
  /** Where it should reach, or should not go beyond. */
  readonly target?: number;
  /** Bars of one kind have one colour. */
  readonly kind?: number;
}

export interface BarChart extends Heading {
  readonly axis: string;
  readonly bars: readonly Bar[];
  /** Of the values at the bars. */
  readonly format: (value: number) => string;
  readonly formatTick: (value: number) => string;
}

const ROW = 27;
const BAR = 15;
const VALUE_WIDTH = 96;
const BOTTOM = 52;

/** Horizontal bars, so that their names are read without turning the head. */
export function barChart({ bars, axis, format, formatTick, ...heading }: BarChart): string {
  const names = Math.max(...bars.map((bar) => textWidth(bar.label, SIZES.label)));
  const [left, right] = [MARGIN + names + 10, WIDTH - MARGIN - VALUE_WIDTH];
  const bottom = TOP + bars.length * ROW;
  const highest = Math.max(...bars.map(({ value, high, target = 0 }) => Math.max(value, high, target)));
  const scale = linearAxis(highest, [left, right]);
  const grid = scale.ticks.flatMap((tick) => {
    const x = scale.position(tick);
    return [
      line([x, TOP - 4], [x, bottom], COLOURS.grid),
      label(formatTick(tick), [x, bottom + 16], 'middle'),
    ];
  });
  return page(
    heading,
    bottom + BOTTOM,
    ...grid,
    ...bars.map((bar, row) => barRow(bar, TOP + row * ROW, scale.position, left, right, format)),
    line([left, TOP - 4], [left, bottom], COLOURS.axis),
    label(axis, [(left + right) / 2, bottom + 36], 'middle'),
    ...(bars.some(({ target }) => target !== undefined) ? [targetKey(bottom + 36)] : []),
  );
}

function targetKey(y: number): string {
  const x = WIDTH - MARGIN - 52;
  return line([x, y - 10], [x, y + 2], COLOURS.target, 2) + label('target', [x + 8, y], 'start');
}

function barRow(
  { label: name, value, low, high, target, kind = 0 }: Bar,
  y: number,
  position: (value: number) => number,
  left: number,
  right: number,
  format: (value: number) => string,
): string {
  const middle = y + BAR / 2;
  const x = position(Math.max(0, value));
  const [from, to] = [position(Math.max(0, low)), position(Math.max(0, high))];
  const box = { x: left, y, width: Math.max(1, x - left), height: BAR, rx: 2 };
  const dark = { 'font-size': SIZES.label, fill: COLOURS.text };
  return [
    label(name, [left - 10, middle + 4], 'end', dark),
    element('rect', { ...box, fill: seriesColour(kind), 'fill-opacity': 0.85 }),
    line([from, middle], [to, middle], COLOURS.text, 1.4),
    line([from, middle - 4], [from, middle + 4], COLOURS.text, 1.4),
    line([to, middle - 4], [to, middle + 4], COLOURS.text, 1.4),
    ...(target === undefined
      ? []
      : [line([position(target), y - 4], [position(target), y + BAR + 4], COLOURS.target, 2)]),
    label(format(value), [right + 12, middle + 4], 'start', dark),
  ].join('');
}
