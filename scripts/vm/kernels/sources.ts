// SPDX-License-Identifier: Apache-2.0
// What the suites of docs/kernels.md ran on, and whether that is too long ago: counted in changes, not in days.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { REPOSITORY } from '#scripts/story/repository.js';

/** Folders whose changes other kernels may take differently. */
const FOLDERS = ['bpf', 'native'] as const;
/** As many commits may have changed them since a suite ran. */
export const MAX_CHANGES = 30;
/** What a run of sources that are in no commit bears. No history has it. */
export const UNCOMMITTED = 'uncommitted';
const LENGTH = 10;

function git(...args: readonly string[]): string[] {
  const text = execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8' });
  return text.split('\n').filter((line) => line !== '');
}

/** One for each commit, of the folders' content: the same after a rebase. @param trees of FOLDERS, commit by commit */
function fingerprints(trees: readonly string[]): string[] {
  const starts = trees.map((_, i) => i).filter((i) => i % FOLDERS.length === 0);
  return starts.map((i) => {
    const of = trees.slice(i, i + FOLDERS.length).join(' ');
    return createHash('sha256').update(of).digest('hex').slice(0, LENGTH);
  });
}

/** The fingerprint of what is checked out. */
export function sourcesNow(): string {
  if (!hasHistory()) return UNCOMMITTED;
  if (git('status', '--porcelain', '--', ...FOLDERS).length > 0) return UNCOMMITTED;
  return fingerprints(git('rev-parse', ...FOLDERS.map((folder) => `HEAD:${folder}`)))[0] ?? UNCOMMITTED;
}

/**
 * Fingerprints of what the last commits left, newest first: of the last MAX_CHANGES that changed the folders, and of the
 * one before. Fewer where history is shallow.
 */
export function recentSources(): string[] {
  const commits = git('log', '--format=%H', `--max-count=${MAX_CHANGES + 1}`, '--', ...FOLDERS);
  const trees = commits.flatMap((commit) => FOLDERS.map((folder) => `${commit}:${folder}`));
  return fingerprints(git('rev-parse', ...trees));
}

/** Whether all of the history is there to be counted: neither an unpacked archive nor a shallow clone. */
export function hasHistory(): boolean {
  try {
    return git('rev-parse', '--is-shallow-repository')[0] === 'false';
  } catch {
    return false;
  }
}

/** Rows of docs/kernels.md with a suite whose sources are none of the recent ones: `Linux 6.1: 0123456789`. */
export function staleRows(document: string, recent: readonly string[]): string[] {
  const rows = [...document.matchAll(/^\| (\d+\.[\d.]+) .*\|$/gm)];
  return rows.flatMap(([row, version = '']) => {
    const ranOn = [...row.matchAll(/(?<=[ ,])([0-9a-f]{10}|uncommitted)(?=[ )])/g)].map(([text]) => text);
    const stale = ranOn.filter((sources) => !recent.includes(sources));
    if (ranOn.length === 0) return [`Linux ${version}: it does not say`];
    return stale.map((sources) => `Linux ${version}: ${sources}`);
  });
}
