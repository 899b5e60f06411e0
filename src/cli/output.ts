// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';

/** Writes to stdout as fast as it is read. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** `xtrctl ... | head`: a reader that closes early is not an error. */
export function quietWhenReaderLeaves(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
