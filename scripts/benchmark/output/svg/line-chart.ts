// SPDX-License-Identifier: Apache-2.0
import { type Axis, linearAxis, logAxis } from './axis.js';
import { type Attributes, element, textWidth } from './element.js';
import { type Heading, label, line, MARGIN, page, TOP, WIDTH } from './page.js';
import { COLOURS, seriesColour, SIZES } from './style.js';

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Ends of the whisker. */
  readonly low?: number;
  readonly high?: number;
}

export interface Line {
  readonly label: string;
  readonly points: readonly Point[];
  readonly dashed?: boolean;
  /** Lines that belong together have one; of its own unless given. */
  readonly colour?: number;
}

/** A value to reach: the line at it is as long as the part of the axis that it is about. */
export interface Mark {
  readonly label: string;
  readonly at: { readonly y: number; readonly from: number; readonly to: number } | { readonly x: number };
}

export interface LineChart extends Heading {
  readonly xAxis: string;
  readonly yAxis: string;
  readonly lines: readonly Line[];
  readonly marks?: readonly Mark[];
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
  /** Top of the y axis, at least. */
  readonly yMost?: number;
  readonly withDots?: boolean;
}

const HEIGHT = 440;
const LEFT = MARGIN + 58;
const RIGHT = WIDTH - MARGIN - 14;
const LEGEND_ROW = 18;

interface Axes {
  readonly x: Axis;
  readonly y: Axis;
}

/** Lines over an x axis of powers of ten. */
export function lineChart(chart: LineChart): string {
  const { lines, marks = [], formatX, formatY, xAxis, yAxis, yMost = 0, withDots = false } = chart;
  const legend = legendOf(lines);
  const [top, bottom] = [TOP + legend.height, HEIGHT - 50 + legend.height];
  const points = lines.flatMap((each) => each.points);
  const xs = [...points.map(({ x }) => x), ...marks.flatMap(({ at }) => ('x' in at ? [at.x] : []))];
  const ys = points.map(({ y, high = y }) => Math.max(y, high));
  const axes = {
    x: logAxis(Math.min(...xs), Math.max(...xs), [LEFT, RIGHT]),
    y: fromZero(linearAxis(Math.max(yMost, ...ys), [bottom, top])),
  };
  const middle = (top + bottom) / 2;
  return page(
    chart,
    bottom + 50,
    ...gridOf(axes, [top, bottom], formatX, formatY),
    ...lines.map((each, index) => drawn(each, index, axes, withDots)),
    ...marks.map((mark) => drawnMark(mark, axes, [top, bottom])),
    legend.markup,
    label(xAxis, [(LEFT + RIGHT) / 2, bottom + 36], 'middle'),
    label(yAxis, [MARGIN, middle], 'middle', { transform: `rotate(-90 ${MARGIN + 4} ${middle})` }),
  );
}

/** Noise can make a difference of two measurements negative. */
function fromZero({ position, ticks }: Axis): Axis {
  return { ticks, position: (value) => position(Math.max(0, value)) };
}

function gridOf(
  { x, y }: Axes,
  [top, bottom]: readonly [number, number],
  formatX: (value: number) => string,
  formatY: (value: number) => string,
): string[] {
  return [
    ...y.ticks.flatMap((tick) => [
      line([LEFT, y.position(tick)], [RIGHT, y.position(tick)], COLOURS.grid),
      label(formatY(tick), [LEFT - 8, y.position(tick) + 4], 'end'),
    ]),
    ...x.ticks.flatMap((tick) => [
      line([x.position(tick), top], [x.position(tick), bottom], COLOURS.grid),
      label(formatX(tick), [x.position(tick), bottom + 17], 'middle'),
    ]),
    line([LEFT, bottom], [RIGHT, bottom], COLOURS.axis),
  ];
}

function drawn(
  { points, dashed = false, colour }: Line,
  index: number,
  { x, y }: Axes,
  withDots: boolean,
): string {
  const stroke = seriesColour(colour ?? index);
  const at = points.map((point) => [x.position(point.x), y.position(point.y)] as const);
  const path = at.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ');
  const whiskers = points.flatMap(({ x: value, low, high }) =>
    low === undefined || high === undefined
      ? []
      : [line([x.position(value), y.position(low)], [x.position(value), y.position(high)], stroke, 1.2)],
  );
  const dots = withDots ? at.map(([cx, cy]) => element('circle', { cx, cy, r: 3.2, fill: stroke })) : [];
  const dashes: Attributes = dashed ? { 'stroke-dasharray': '5 4' } : {};
  const curve = { points: path, fill: 'none', stroke, 'stroke-width': 2, 'stroke-linejoin': 'round' };
  return [element('polyline', { ...curve, ...dashes }), ...whiskers, ...dots].join('');
}

function drawnMark(
  { label: name, at }: Mark,
  { x, y }: Axes,
  [top, bottom]: readonly [number, number],
): string {
  const style = { fill: COLOURS.target };
  if ('x' in at) {
    const px = x.position(at.x);
    return (
      line([px, top], [px, bottom], COLOURS.target, 1.5, '6 4') +
      label(name, [px + 6, bottom - 8], 'start', style)
    );
  }
  const [from, to, py] = [x.position(at.from), x.position(at.to), y.position(at.y)];
  return line([from, py], [to, py], COLOURS.target, 1.5, '6 4') + label(name, [to, py + 15], 'end', style);
}

/** Rows of colours and names above the plot. */
function legendOf(lines: readonly Line[]): { readonly markup: string; readonly height: number } {
  let [x, row] = [LEFT, 0];
  const entries = lines.map(({ label: name, dashed = false, colour }, index) => {
    const width = 34 + textWidth(name, SIZES.tick) + 18;
    if (x + width > RIGHT && x > LEFT) [x, row] = [LEFT, row + 1];
    const y = TOP + 2 + row * LEGEND_ROW;
    const sample = line(
      [x, y - 4],
      [x + 26, y - 4],
      seriesColour(colour ?? index),
      2.5,
      dashed ? '5 4' : undefined,
    );
    const entry = sample + label(name, [x + 33, y], 'start', { fill: COLOURS.text });
    x += width;
    return entry;
  });
  return { markup: entries.join(''), height: row * LEGEND_ROW + 20 };
}
