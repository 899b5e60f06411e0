// SPDX-License-Identifier: Apache-2.0
import type { Figure, Unit } from '../figure.js';
import type { Result } from '../run.js';

const MEGA = 1e6;

const FORMATS: Readonly<Record<Unit, (value: number) => string>> = {
  ratio: (value) => value.toFixed(2),
  ns: (value) => `${value.toFixed(0)} ns`,
  pps: (value) => `${(value / MEGA).toFixed(2)} Mpps`,
  ms: (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`,
  'per second': (value) => `${Math.round(value).toLocaleString('en')}/s`,
  bytes: (value) => `${Math.round(value).toLocaleString('en')} B`,
  packets: (value) => Math.round(value).toLocaleString('en'),
};

export function formatValue(value: number, unit: Unit): string {
  return FORMATS[unit](value);
}

export function formatTarget({ target, unit, judged }: Figure): string {
  if (target === undefined) return '-';
  const which = judged === undefined ? '' : `${judged} `;
  if ('least' in target) return `${which}>= ${formatValue(target.least, unit)}`;
  return `${which}<= ${formatValue(target.most, unit)}`;
}

/** First to third quartile. */
export function formatSpread({ distribution: { p25, p75 }, figure: { unit } }: Result): string {
  return `${formatValue(p25, unit)} .. ${formatValue(p75, unit)}`;
}

export function formatVerdict({ met }: Result): string {
  return met === undefined ? '' : met ? 'met' : 'short of it';
}

/** Titles of the columns of every table. */
export const COLUMNS = ['figure', 'median', 'half of the rounds between', 'p99', 'target', ''] as const;

export function rowOf(result: Result): string[] {
  const { figure, distribution } = result;
  return [
    figure.title,
    formatValue(distribution.median, figure.unit),
    formatSpread(result),
    formatValue(distribution.p99, figure.unit),
    formatTarget(figure),
    formatVerdict(result),
  ];
}

/** Results by group, in their order. */
export function grouped(results: readonly Result[]): ReadonlyMap<string, readonly Result[]> {
  const groups = new Map<string, Result[]>();
  for (const result of results) {
    const { group } = result.figure;
    groups.set(group, [...(groups.get(group) ?? []), result]);
  }
  return groups;
}
