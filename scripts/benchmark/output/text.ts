// SPDX-License-Identifier: Apache-2.0
import type { Unit } from '#scripts/benchmark/figure.js';
import type { ReportedFigure } from './report.js';

const MEGA = 1e6;

const FORMATS: Readonly<Record<Unit, (value: number) => string>> = {
  ratio: (value) => value.toFixed(2),
  ns: (value) => `${value.toFixed(0)} ns`,
  us: (value) => `${value.toFixed(value < 10 ? 1 : 0)} µs`,
  pps: (value) => `${(value / MEGA).toFixed(2)} Mpps`,
  ms: (value) => `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`,
  'per second': (value) => `${Math.round(value).toLocaleString('en')}/s`,
  bytes: (value) => `${Math.round(value).toLocaleString('en')} B`,
  packets: (value) => Math.round(value).toLocaleString('en'),
};

export function formatValue(value: number, unit: Unit): string {
  return FORMATS[unit](value);
}

export function formatTarget({
  target,
  unit,
  judged,
}: Pick<ReportedFigure, 'target' | 'unit' | 'judged'>): string {
  if (target === undefined) return '-';
  const which = judged === 'median' ? '' : `${judged} `;
  if ('least' in target) return `${which}>= ${formatValue(target.least, unit)}`;
  return `${which}<= ${formatValue(target.most, unit)}`;
}

/** First to third quartile. */
export function formatSpread({ distribution: { p25, p75 }, unit }: ReportedFigure): string {
  return `${formatValue(p25, unit)} .. ${formatValue(p75, unit)}`;
}

export function formatVerdict({ met }: Pick<ReportedFigure, 'met'>): string {
  return met === undefined ? '' : met ? 'met' : 'short of it';
}

/** By group, in their order. */
export function grouped(figures: readonly ReportedFigure[]): ReadonlyMap<string, readonly ReportedFigure[]> {
  const groups = new Map<string, ReportedFigure[]>();
  for (const figure of figures) groups.set(figure.group, [...(groups.get(figure.group) ?? []), figure]);
  return groups;
}
