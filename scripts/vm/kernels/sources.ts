// SPDX-License-Identifier: Apache-2.0
// What the suites of docs/kernels.md ran on.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { REPOSITORY } from '#scripts/kit/repository.js';

/** Folders whose changes other kernels may take differently. */
export const FOLDERS = ['bpf', 'native'] as const;
/** What a run of sources that are in no commit bears. No history has it. */
export const UNCOMMITTED = 'uncommitted';
const LENGTH = 10;

/** The lines that a git command prints in the repository. */
export function git(...args: readonly string[]): string[] {
  const text = execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8' });
  return text.split('\n').filter((line) => line !== '');
}

/** One for each commit, of the folders' content: the same after a rebase. @param trees of FOLDERS, commit by commit */
export function fingerprints(trees: readonly string[]): string[] {
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

/** Whether all of the history is there to be counted: neither an unpacked archive nor a shallow clone. */
export function hasHistory(): boolean {
  try {
    return git('rev-parse', '--is-shallow-repository')[0] === 'false';
  } catch {
    return false;
  }
}
