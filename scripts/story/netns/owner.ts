// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { ForeignLabError } from '../foreign-lab.js';
import { REPOSITORY } from '../repository.js';
import { OWNER, RUN_DIRECTORY } from './names.js';

/** What the run directory says. */
export interface LabState {
  readonly isUp: boolean;
  /** Absolute path of the clone that brought it up; undefined if the directory does not say. */
  readonly owner: string | undefined;
}

/** Why `clone` may not touch the lab, and what to do; undefined if it may: there is none, or it is its own. */
export function refusal({ isUp, owner }: LabState, clone: string): string | undefined {
  if (!isUp || owner === clone) return undefined;
  const [whose, where] =
    owner === undefined
      ? [`of an unknown clone (no ${OWNER})`, 'the clone that brought it up']
      : [`of ${owner}`, owner];
  return (
    `the lab on this machine is that ${whose}, and there is one lab on a machine: ` +
    `use scripts/lab of ${where}, or remove it all the same with scripts/lab down --force`
  );
}

function readOwner(): string | undefined {
  try {
    return readFileSync(OWNER, 'utf8').trimEnd() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

/** @throws ForeignLabError */
export function refuseForeignLab(isUp: boolean): void {
  const reason = refusal({ isUp, owner: readOwner() }, REPOSITORY);
  if (reason !== undefined) throw new ForeignLabError(reason);
}

/** Makes the run directory and writes into it whose it is. @throws ForeignLabError when another clone was faster */
export async function claimLab(): Promise<void> {
  try {
    await mkdir(RUN_DIRECTORY, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    refuseForeignLab(true);
  }
  await writeFile(OWNER, `${REPOSITORY}\n`);
}
