// SPDX-License-Identifier: Apache-2.0
// Files of the state directory. Each is whole or not there, also when the machine loses power.
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Pieces of a file; each is written before the next is asked for. */
export type Content = Iterable<string> | AsyncIterable<string>;

/** Ends the name of a file that is not whole yet; a killed agent may leave one. */
export const UNFINISHED = '.unfinished';

/** Makes the file, readable for its owner only. One that is there stays. @throws system errors */
export async function createStateFile(path: string, content: string): Promise<void> {
  await place(path, [content], async (unfinished) => {
    await link(unfinished, path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  });
}

/** Makes the file, readable for its owner only, or takes the place of one that is there. @throws system errors */
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

/** The name is in the directory, which is written on its own. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}
