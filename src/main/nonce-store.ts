// SPDX-License-Identifier: Apache-2.0
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError, replaceStateFile, UNFINISHED } from '#config/index.js';
import type { TrackedNonce } from '#control/contract/inputs.js';
import { TRACKED_ETRS_PER_SITE } from '#control/contract/limits.js';
import { RecencyMap } from '#control/kit/recency-map.js';
import type { NonceMemory } from '#core/ports.js';
import { BrokenNonceFileError, nonceFile, readNonceFile } from './nonce-file.js';

const FILE_NAME = 'registration-nonces';
/** From the end of one write to the next. A crash loses the nonces of this time. */
const WRITE_INTERVAL_ms = 5_000;

type Say = (level: 'error' | 'warn' | 'info', message: string) => void;

/**
 * Stores the nonces of a Map-Server in its state directory (9301-5.6-08). It reads them, writes them when they have
 * changed, and writes them at `close`. The file is written in pieces, and the event loop runs between them.
 */
export class NonceStore implements NonceMemory {
  readonly #directory: string;
  readonly #path: string;
  /** By name of the site, then by key and ETR: as many as the Map-Server itself remembers. */
  readonly #sites: ReadonlyMap<string, RecencyMap<TrackedNonce>>;
  readonly #say: Say;
  readonly #interval_ms: number;
  #changes = 0;
  /** `#changes` at the last write of the file. */
  #stored = -1;
  #saving: Promise<void> = Promise.resolve();
  #failing = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param sites their names; nonces of others are forgotten */
  constructor(stateDirectory: string, sites: readonly string[], say: Say, interval_ms = WRITE_INTERVAL_ms) {
    this.#directory = stateDirectory;
    this.#path = join(stateDirectory, FILE_NAME);
    this.#sites = new Map(sites.map((name) => [name, new RecencyMap(TRACKED_ETRS_PER_SITE)]));
    this.#say = say;
    this.#interval_ms = interval_ms;
  }

  /**
   * A damaged file is renamed, with a warning. The Map-Server then starts as if there were no file.
   * @throws FileError if the file cannot be read or written
   */
  async open(): Promise<void> {
    try {
      await removeUnfinished(this.#directory);
      await this.#restore();
      await this.#write();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      throw new FileError(
        `the nonces of Map-Registers cannot be kept in '${this.#path}' (${code})`,
        'make the directory and the file readable and writable, or configure state-directory',
      );
    }
    this.#schedule();
  }

  restored(): readonly TrackedNonce[] {
    return [...this.#entries()];
  }

  keep(nonces: readonly TrackedNonce[]): void {
    this.#changes += 1;
    for (const each of nonces) this.#sites.get(each.site)?.set(`${each.key} ${each.etr}`, each);
  }

  /** Writes the changes, after a write in progress. An error is logged, and the next call retries. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#saveChanges());
    return this.#saving;
  }

  /** Writes for the last time. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.save();
  }

  async #restore(): Promise<void> {
    try {
      this.keep(await readNonceFile(this.#path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      if (!(error instanceof BrokenNonceFileError)) throw error;
      const aside = `${this.#path}.broken`;
      await rename(this.#path, aside);
      this.#say(
        'warn',
        `'${this.#path}' is damaged (${error.message}) and was renamed to '${aside}'; ` +
          'the next Map-Register of each ETR is accepted whatever its nonce',
      );
    }
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.save().then(() => this.#schedule()), this.#interval_ms).unref();
  }

  async #saveChanges(): Promise<void> {
    if (this.#stored === this.#changes) return;
    try {
      await this.#write();
      if (this.#failing) this.#say('info', `'${this.#path}' can be written again`);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#say('error', `nonces of Map-Registers cannot be stored: ${String(error)}`);
      this.#failing = true;
    }
  }

  async #write(): Promise<void> {
    const changes = this.#changes; // changes during the write may be missing in the file
    await replaceStateFile(this.#path, nonceFile(this.#entries()));
    this.#stored = changes;
  }

  /** May be read in pieces. A change meanwhile is in it or not, and no ETR is missing. */
  *#entries(): Generator<TrackedNonce> {
    for (const etrs of this.#sites.values()) for (const [, each] of etrs.snapshot()) yield each;
  }
}

/** Removes the incomplete files of an agent that was killed while it wrote. */
async function removeUnfinished(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names)
    if (name.startsWith(`${FILE_NAME}.`) && name.endsWith(UNFINISHED)) await rm(join(directory, name));
}
