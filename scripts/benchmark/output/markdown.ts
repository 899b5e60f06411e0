// SPDX-License-Identifier: Apache-2.0
import type { Plot } from './plot.js';
import { type Report, type ReportedFigure, summary } from './report.js';
import { formatSpread, formatTarget, formatValue, formatVerdict, grouped } from './text.js';

/** The report as a page: what the machine was, the verdicts, then each group with its plots. */
export function renderMarkdown(report: Report, plots: readonly Plot[]): string {
  const { startedAt, quick } = report.run;
  return (
    [
      `# Benchmark of ${startedAt.slice(0, 10)}${quick ? ', quick' : ''}`,
      `${summary(report)}. Every value is in \`report.json\`.`,
      '## The machine and the run',
      table(['', ''], aboutRows(report)),
      '## Targets',
      targetTable(report.figures.filter(({ target }) => target !== undefined)),
      ...shortfalls(report.figures),
      ...[...grouped(report.figures)].flatMap(([group, figures]) => section(group, figures, plots)),
      ...notMeasured(report),
    ].join('\n\n') + '\n'
  );
}

function aboutRows({ machine, noise, run }: Report): string[][] {
  const { spin_ms } = noise;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const mitigations = Object.entries(machine.mitigations).map(([name, what]) => `${name}: ${what}`);
  return [
    ['CPU', `${machine.cpuModel}, ${machine.cpus} CPUs${machine.hypervisor ? ', in a virtual machine' : ''}`],
    ['caches', machine.caches.join(', ') || 'not told by the kernel'],
    ['memory', `${(machine.memory_bytes / 2 ** 30).toFixed(0)} GiB`],
    ['kernel', `${machine.kernel} ${machine.architecture}, BPF JIT ${machine.jit}`],
    ['mitigations', mitigations.join('; ') || 'none: the CPU is not affected'],
    ['interfaces', machine.interfaces],
    ['Node, clang', `${machine.node}, ${machine.clang}`],
    ['product', run.revision],
    [
      'run',
      `${run.startedAt}, ${minutes(run.took_s)}${run.quick ? ', --quick' : ''}${run.only.map((name) => `, --only ${name}`).join('')}`,
    ],
    ['generator', run.generator],
    [
      'noise',
      `a loop of fixed length took ${spin_ms.median.toFixed(2)} ms (median; half between ${spin_ms.p25.toFixed(2)} and ` +
        `${spin_ms.p75.toFixed(2)}, p99 ${spin_ms.p99.toFixed(2)}, ${spin_ms.count} times between the stages); ` +
        `it waited for a CPU in ${percent(noise.waiting)} of that time; ${percent(noise.steal)} of the CPUs' time stolen by the hypervisor; load before the run ${noise.load.toFixed(2)}`,
    ],
  ];
}

function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

function targetTable(figures: readonly ReportedFigure[]): string {
  const rows = figures.map((figure) => [
    `${figure.group}: ${figure.title}`,
    `${figure.judged === 'median' ? '' : `${figure.judged} `}${formatValue(figure.distribution[figure.judged], figure.unit)}`,
    formatTarget(figure),
    formatVerdict(figure),
  ]);
  return table(['figure', 'measured', 'target', ''], rows);
}

function shortfalls(figures: readonly ReportedFigure[]): string[] {
  const short = figures.filter(({ met }) => met === false);
  const reasons = short.map(({ title, reason = 'the reason is not known' }) => `- ${title}: ${reason}`);
  return reasons.length === 0 ? [] : [reasons.join('\n')];
}

function section(group: string, figures: readonly ReportedFigure[], plots: readonly Plot[]): string[] {
  const rows = figures.map((figure) => [
    figure.title,
    formatValue(figure.distribution.median, figure.unit),
    formatSpread(figure),
    formatValue(figure.distribution.p99, figure.unit),
    String(figure.distribution.count),
    formatTarget(figure),
    formatVerdict(figure),
    figure.how,
  ]);
  const heads = ['figure', 'median', 'quartiles', 'p99', 'values', 'target', '', 'how'];
  return [
    `## ${group}`,
    ...plots.filter((plot) => plot.group === group).map(({ file, title }) => `![${title}](${file}.svg)`),
    table(heads, rows),
  ];
}

function notMeasured({ failures }: Report): string[] {
  if (failures.length === 0) return [];
  return [
    '## Not measured',
    failures.map(({ stage, message }) => `- ${stage}: ${oneLine(message)}`).join('\n'),
  ];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cellOf).join(' | ')} |`;
  return [line(heads), `|${heads.map(() => ' --- ').join('|')}|`, ...rows.map(line)].join('\n');
}

function cellOf(text: string): string {
  return oneLine(text).replaceAll('|', '\\|');
}
