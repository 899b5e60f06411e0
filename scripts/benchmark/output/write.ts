// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { renderMarkdown } from './markdown.js';
import { renderPlots } from './plots.js';
import { Refused } from '#scripts/benchmark/refused.js';
import type { Report } from './report.js';

/** Plots that some report has. */
const PLOT_FILES =
  /^(throughput|scale|cost|programming|mapping-system|convergence|cold-start)[a-z0-9-]*\.svg$/;

/** Made if need be. @throws Refused when nothing can be written there */
export function prepareDirectory(directory: string): void {
  const probe = join(directory, `.xtrd-bench-${process.pid}`);
  try {
    makeDirectory(resolve(directory));
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new Refused(
      `--out ${directory}: cannot write there (${code}); name a directory that can be written`,
      {
        cause: error,
      },
    );
  }
}

/** With its parents. Not by mkdirSync's own recursion, which does not come back below /proc (Node 20). */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  mkdirSync(directory);
}

/** Numbers of a series are on one line: there are tens of thousands. */
function renderJson(report: Report): string {
  const text = JSON.stringify(report, undefined, 1);
  return `${text.replace(/\[[\s\d.,e+-]+\]/g, (numbers) => numbers.replace(/\s+/g, ''))}\n`;
}

/** report.json, report.md and the plots, in the place of those of an earlier run. @returns their names */
export function writeReport(directory: string, report: Report): readonly string[] {
  const plots = renderPlots(report);
  const files = new Map([
    ['report.json', renderJson(report)],
    ['report.md', renderMarkdown(report, plots)],
    ...plots.map(({ file, svg }) => [`${file}.svg`, svg] as const),
  ]);
  for (const name of readdirSync(directory))
    if (PLOT_FILES.test(name) && !files.has(name)) rmSync(join(directory, name));
  for (const [name, content] of files) writeFileSync(join(directory, name), content);
  return [...files.keys()];
}
