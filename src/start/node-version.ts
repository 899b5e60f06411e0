// SPDX-License-Identifier: Apache-2.0
// Runs before anything else is loaded, on any Node that knows modules: no syntax here that Node 12 does not have.
import { readFileSync } from 'fs';

/** Major and minor number of the first version in a text. */
function versionIn(text: string): readonly number[] {
  const found = /(\d+)\.(\d+)/.exec(text);
  return found === null ? [0, 0] : found.slice(1).map(Number);
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  return version[0] === than[0] ? Number(version[1]) < Number(than[1]) : Number(version[0]) < Number(than[0]);
}

/** Of the repository; undefined if it is not there. */
function read(file: string): string | undefined {
  try {
    return readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/**
 * Ends the process with exit status 1, and says why, if its Node is older than package.json asks for (`engines`).
 * @param program its name, for the message
 */
export function refuseOldNode(program: string): void {
  const { engines } = JSON.parse(read('package.json') || '{}') as { engines?: { node: string } };
  if (engines === undefined || !isOlder(versionIn(process.versions.node), versionIn(engines.node))) return;
  const builtFor = read('build/node');
  const advice =
    builtFor === undefined
      ? 'run scripts/bootstrap and scripts/build'
      : `start it as ${program}, which scripts/bootstrap puts in /usr/local/bin, or by ${builtFor}`;
  const [, floor] = /([\d.]+)/.exec(engines.node) || [];
  process.stderr.write(
    `${program} needs Node >= ${String(floor)}, this is ${process.version} (${process.execPath}): ${advice}\n`,
  );
  process.exit(1);
}
