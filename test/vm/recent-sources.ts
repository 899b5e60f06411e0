// SPDX-License-Identifier: Apache-2.0
// Whether the results of docs/kernels.md are too old. Age is counted in changes, not in days.
import { fingerprints, FOLDERS, git } from '#scripts/vm/kernels/sources.js';

/** At most this many commits may have changed the folders since a suite ran. */
export const MAX_CHANGES = 30;

/**
 * Fingerprints of the sources after recent commits, newest first: after the last MAX_CHANGES commits that changed the
 * folders, and after the one before. Fewer if the history is shallow.
 */
export function recentSources(): string[] {
  const commits = git('log', '--format=%H', `--max-count=${MAX_CHANGES + 1}`, '--', ...FOLDERS);
  const trees = commits.flatMap((commit) => FOLDERS.map((folder) => `${commit}:${folder}`));
  return fingerprints(git('rev-parse', ...trees));
}

/** Rows of docs/kernels.md with a suite that did not run on recent sources, such as `Linux 6.1: 0123456789`. */
export function staleRows(document: string, recent: readonly string[]): string[] {
  const rows = [...document.matchAll(/^\| (\d+\.[\d.]+) .*\|$/gm)];
  return rows.flatMap(([row, version = '']) => {
    const ranOn = [...row.matchAll(/(?<=[ ,])([0-9a-f]{10}|uncommitted)(?=[ )])/g)].map(([text]) => text);
    const stale = ranOn.filter((sources) => !recent.includes(sources));
    if (ranOn.length === 0) return [`Linux ${version}: it does not say`];
    return stale.map((sources) => `Linux ${version}: ${sources}`);
  });
}
