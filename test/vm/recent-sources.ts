// SPDX-License-Identifier: Apache-2.0
// Whether the results of docs/kernels.md are too old: counted in changes, not in days.
import { fingerprints, FOLDERS, git } from '#scripts/vm/kernels/sources.js';

/** As many commits may have changed the folders since a suite ran. */
export const MAX_CHANGES = 30;

/**
 * Fingerprints of what the last commits left, newest first: of the last MAX_CHANGES that changed the folders, and of the
 * one before. Fewer where history is shallow.
 */
export function recentSources(): string[] {
  const commits = git('log', '--format=%H', `--max-count=${MAX_CHANGES + 1}`, '--', ...FOLDERS);
  const trees = commits.flatMap((commit) => FOLDERS.map((folder) => `${commit}:${folder}`));
  return fingerprints(git('rev-parse', ...trees));
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
