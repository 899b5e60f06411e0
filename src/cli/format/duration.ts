// SPDX-License-Identifier: Apache-2.0

const SECOND_ms = 1_000;
const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
const WEEK_S = 7 * DAY_S;
const YEAR_S = 365 * DAY_S;

/** As IOS writes it: '00:00:37', '1d02h', '2w4d', '1y3w'; null is 'never'. Parts of a second do not count. */
export function duration(ms: number | null): string {
  if (ms === null) return 'never';
  const seconds = Math.max(0, Math.floor(ms / SECOND_ms));
  if (seconds < DAY_S) {
    const parts = [seconds / HOUR_S, (seconds / 60) % 60, seconds % 60];
    return parts.map((part) => twoDigits(Math.floor(part))).join(':');
  }
  const units = (large: number, small: number): [number, number] => [
    Math.floor(seconds / large),
    Math.floor((seconds % large) / small),
  ];
  if (seconds < WEEK_S) {
    const [days, hours] = units(DAY_S, HOUR_S);
    return `${days}d${twoDigits(hours)}h`;
  }
  if (seconds < YEAR_S) {
    const [weeks, days] = units(WEEK_S, DAY_S);
    return `${weeks}w${days}d`;
  }
  const [years, weeks] = units(YEAR_S, WEEK_S);
  return `${years}y${weeks}w`;
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}
