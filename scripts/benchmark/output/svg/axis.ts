// SPDX-License-Identifier: Apache-2.0

/** Values to pixels, and where to draw lines of the grid. */
export interface Axis {
  readonly position: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Steps that people count in. */
const STEPS = [1, 2, 2.5, 5, 10];

/** From zero to a round value that is not below `max`. @param pixels where zero and that value lie */
export function linearAxis(max: number, pixels: readonly [from: number, to: number], lines = 5): Axis {
  const top = max > 0 ? max : 1;
  const magnitude = 10 ** Math.floor(Math.log10(top / lines));
  const step = (STEPS.find((each) => each * magnitude * lines >= top) ?? 10) * magnitude;
  const count = Math.ceil(top / step - 1e-9);
  const [from, to] = pixels;
  return {
    position: (value) => from + ((to - from) * value) / (count * step),
    ticks: Array.from({ length: count + 1 }, (_, i) => i * step),
  };
}

/** Powers of ten around the values, which are above zero. */
export function logAxis(min: number, max: number, pixels: readonly [from: number, to: number]): Axis {
  const low = Math.floor(Math.log10(min) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(max) - 1e-9));
  const [from, to] = pixels;
  return {
    position: (value) => from + ((to - from) * (Math.log10(value) - low)) / (high - low),
    ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)),
  };
}
