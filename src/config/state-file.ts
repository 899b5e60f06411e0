// SPDX-License-Identifier: Apache-2.0
// Files of the state directory. A file is complete or absent, even after a loss of power.
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The content of a file in pieces. Each piece is written before the next one is produced. */
export type Content = Iterable<string> | AsyncIterable<string>;

/** Suffix of a file that is not complete yet. An agent that is killed may leave one. */
export const UNFINISHED = '.unfinished';

/** Creates the file, readable by its owner only. An existing file stays. @throws system errors */
export async function createStateFile(path: string, content: string): Promise<void> {
  await place(path, [content], async (unfinished) => {
    await link(unfinished, path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  });
}

/** Creates the file, readable by its owner only, or replaces an existing one. @throws system errors */
export async function replaceStateFile(path: string, content: Content): Promise<void> {
  await place(path, content, (unfinished) => rename(unfinished, path));
}

async function place(
  path: string,
  content: Content,
  finish: (unfinished: string) => Promise<void>,
): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${randomBytes(8).toString('hex')}${UNFINISHED}`;
  const handle = await open(unfinished, 'wx', 0o600);
  try {
    for await (const piece of content) await handle.writeFile(piece);
    await handle.sync();
    await finish(unfinished);
  } finally {
    await handle.close();
    await rm(unfinished, { force: true });
  }
  await syncDirectory(directory);
}

/** The directory has the name of the file, and needs an fsync of its own. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}
