// SPDX-License-Identifier: Apache-2.0
// One lab of a kind on a machine, which belongs to the clone of the repository that brought it up.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { ForeignLabError } from './foreign-lab.js';
import { REPOSITORY } from '#scripts/kit/repository.js';

/** What the run directory says. */
export interface LabState {
  readonly isUp: boolean;
  /** Absolute path of the clone that brought it up; undefined if the directory does not say. */
  readonly owner: string | undefined;
}

/**
 * Why `clone` may not touch the lab, and what to do; undefined if it may: there is none, or it is its own.
 * @param command scripts/lab, or that of another kind of lab
 */
export function refusal({ isUp, owner }: LabState, clone: string, command: string): string | undefined {
  if (!isUp || owner === clone) return undefined;
  const [whose, where] =
    owner === undefined
      ? ['of an unknown clone (its run directory has no file "owner")', 'the clone that brought it up']
      : [`of ${owner}`, owner];
  return (
    `the lab on this machine is that ${whose}, and there is one lab on a machine: ` +
    `use ${command} of ${where}, or remove it all the same with ${command} down --force`
  );
}

export class Ownership {
  readonly #directory: string;
  readonly #command: string;

  constructor(runDirectory: string, command: string) {
    this.#directory = runDirectory;
    this.#command = command;
  }

  /** The directory exists as long as the lab does. */
  isUp(): boolean {
    return existsSync(this.#directory);
  }

  /** @throws ForeignLabError */
  refuseForeign(): void {
    const reason = refusal({ isUp: this.isUp(), owner: this.#owner() }, REPOSITORY, this.#command);
    if (reason !== undefined) throw new ForeignLabError(reason);
  }

  /** Makes the run directory and writes into it whose it is. @throws ForeignLabError when another clone was faster */
  async claim(): Promise<void> {
    try {
      await mkdir(this.#directory, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      this.refuseForeign();
    }
    await writeFile(this.#file(), `${REPOSITORY}\n`);
  }

  #file(): string {
    return `${this.#directory}/owner`;
  }

  #owner(): string | undefined {
    try {
      return readFileSync(this.#file(), 'utf8').trimEnd() || undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return undefined;
    }
  }
}
