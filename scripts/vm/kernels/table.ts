// SPDX-License-Identifier: Apache-2.0
// docs/kernels.md: what the last run of each kernel said.
import { REPOSITORY } from '#scripts/kit/repository.js';
import type { KernelResult, SuiteResult } from './run-kernel.js';
import { MATRIX } from '#scripts/vm/kernel/matrix.js';
import type { XdpResult } from './probe.js';
import { SUITES, type SuiteName } from './suites.js';

const HEADER = [
  ...['Linux', 'release', 'run on', 'sources', 'veth', 'virtio-net'],
  ...SUITES.map((name) => `${name} tests`),
];
const BEGIN = '<!-- scripts/kernels writes from here -->';
const END = '<!-- to here -->';

function xdp(result: XdpResult): string {
  return 'mode' in result ? `${result.mode} XDP` : 'refused';
}

function counts(result: SuiteResult | undefined, refused: boolean): string {
  if (result === undefined) return refused ? 'refused at start' : 'not run';
  const { passed, failed, skipped, duration_s } = result;
  const parts = [`${passed} passed`];
  if (failed.length > 0) parts.push(`**${failed.length} failed**`);
  if (skipped.length > 0) parts.push(`${skipped.length} skipped`);
  return `${parts.join(', ')} (${duration_s} s)`;
}

function row(result: KernelResult, { date, sources }: Run): string[] {
  const { version, release, accelerator, probe, suites } = result;
  const of = (name: SuiteName): SuiteResult | undefined => suites.find(({ suite }) => suite === name);
  const refused = 'refused' in probe.veth;
  return [
    version,
    release,
    `${date}, ${accelerator.toUpperCase()}`,
    sources,
    xdp(probe.veth),
    xdp(probe.virtioNet),
    ...SUITES.map((name) => counts(of(name), refused)),
  ];
}

/** When a kernel ran, and on what: `sourcesNow()`. */
export interface Run {
  readonly date: string;
  readonly sources: string;
}

/** What the table has no room for. */
function notes({ version, probe, suites }: KernelResult): string[] {
  const refusals = [
    ...new Set([probe.veth, probe.virtioNet].flatMap((x) => ('refused' in x ? [x.refused] : []))),
  ];
  const lines = suites.flatMap(({ suite, failed, skipped }) => [
    ...failed.map((name) => `- ${suite}, failed: ${name}`),
    ...skipped.map((name) => `- ${suite}, skipped: ${name}`),
  ]);
  const all = [
    ...refusals.map((text) => `- refused at start: ${text.replaceAll(REPOSITORY, '').split('\n')[0] ?? ''}`),
    ...lines,
  ];
  return all.length === 0 ? [] : [`Linux ${version}:`, '', ...all, ''];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A block of the document for one version; HTML comments mark it, so that a later run replaces it alone. */
interface Block {
  readonly version: string;
  readonly cells: readonly string[];
  readonly notes: string;
}

function blockOf(result: KernelResult, run: Run): Block {
  return {
    version: result.version,
    cells: row(result, run),
    notes: notes(result).join('\n'),
  };
}

function position(version: string): number {
  const at = MATRIX.findIndex((each) => each === version);
  return at === -1 ? MATRIX.length : at;
}

function readBlocks(document: string): Block[] {
  const rows = [...document.matchAll(/^\| (\d+\.[\d.]+) .*\|$/gm)];
  return rows.map(([text, version = '']) => {
    const mark = new RegExp(`<!-- notes ${version.replaceAll('.', '\\.')} -->\\n([^]*?)<!-- end -->`);
    const cells = text.split('|').slice(1, -1);
    return {
      version,
      cells: cells.map((cell) => cell.trim()),
      notes: mark.exec(document)?.[1]?.trim() ?? '',
    };
  });
}

/** With the run that it is of, if it does not bear one already: code and tests may be others by now. */
function dated(cell: string, { date, sources }: Run): string {
  return cell.replace(/ s\)$/, ` s, ${date}, ${sources})`);
}

function runOf({ cells }: Block): Run {
  const date = cells[HEADER.indexOf('run on')]?.split(',')[0] ?? '';
  return { date, sources: cells[HEADER.indexOf('sources')] ?? '' };
}

/** What an earlier run of the same kernel said of suites that were not run now stays, with its day and sources if one is another. */
function withEarlier(now: Block, earlier: Block | undefined, result: KernelResult): Block {
  const { release, suites, probe } = result;
  if (earlier?.cells[1] !== release || 'refused' in probe.veth) return now;
  const left = SUITES.filter((name) => !suites.some(({ suite }) => suite === name));
  const [then, today] = [runOf(earlier), runOf(now)];
  const same = then.date === today.date && then.sources === today.sources;
  const keep = (cell: string): string => (same ? cell : dated(cell, then));
  const cells = now.cells.map((cell, i) =>
    left.some((name) => HEADER[i] === `${name} tests`) ? keep(earlier.cells[i] ?? cell) : cell,
  );
  const kept = earlier.notes
    .split('\n')
    .filter((text) => left.some((name) => text.startsWith(`- ${name}, `)));
  const notes = now.notes === '' && kept.length > 0 ? `Linux ${now.version}:\n` : now.notes.trimEnd();
  return { ...now, cells, notes: [notes, ...kept].join('\n') };
}

/** The text between the marks, and what is around it. */
function split(document: string): readonly [before: string, between: string, after: string] {
  const [before = '', rest = ''] = document.split(BEGIN);
  const [between = '', after = '\n'] = rest.split(END);
  return [before, between, after];
}

function replaceBetween(document: string, lines: readonly string[]): string {
  const [before, , after] = split(document);
  return `${before}${[BEGIN, '', ...lines, END].join('\n')}${after}`;
}

/** The document with the kernel's row and notes in place of those of an earlier run. */
export function updateDocument(document: string, result: KernelResult, run: Run): string {
  const before = readBlocks(document);
  const ofKernel = ({ version }: Block): boolean => version === result.version;
  const block = withEarlier(blockOf(result, run), before.find(ofKernel), result);
  const others = before.filter((each) => !ofKernel(each));
  const blocks = [...others, block].sort((a, b) => position(a.version) - position(b.version));
  return replaceBetween(document, [
    ...[HEADER, HEADER.map(() => '---'), ...blocks.map(({ cells }) => cells)].map(line),
    '',
    ...blocks
      .filter(({ notes }) => notes !== '')
      .flatMap(({ version, notes }) => [
        ...[`<!-- notes ${version} -->`, '', notes.trim(), '', '<!-- end -->', ''],
      ]),
  ]);
}

/** README.md with the table of docs/kernels.md, without its notes. */
export function copyTable(readme: string, document: string): string {
  const [, table] = split(document);
  return replaceBetween(readme, [...table.split('\n').filter((text) => text.startsWith('|')), '']);
}
