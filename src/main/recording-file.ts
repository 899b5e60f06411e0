// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { FileError } from '#config/index.js';

type Say = (level: 'error' | 'info', message: string) => void;

/** The file of a recording. It is written at once, so that the input is in it that ends the agent. */
export class RecordingFile {
  readonly #path: string;
  readonly #say: Say;
  #file: number | undefined;

  /**
   * A recording of the run before is kept, under a name that ends with .1.
   * @throws FileError if it cannot be made
   */
  constructor(path: string, say: Say) {
    this.#path = path;
    this.#say = say;
    try {
      keepEarlier(path);
      this.#file = openSync(path, 'wx', 0o600);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      throw new FileError(
        `the recording cannot be written to '${path}' (${code})`,
        'make its directory and make that writable, or configure no recording',
      );
    }
    say('info', `recording to '${path}'`);
  }

  /** False: it cannot be written any more, which is logged once. */
  write(text: string): boolean {
    if (this.#file === undefined) return false;
    try {
      for (let rest = Buffer.from(text); rest.length > 0;) rest = rest.subarray(writeSync(this.#file, rest));
      return true;
    } catch (error) {
      this.#say('error', `the recording '${this.#path}' ends here: ${String(error)}`);
      this.#file = undefined; // closed with the process
      return false;
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

function keepEarlier(path: string): void {
  try {
    renameSync(path, `${path}.1`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
