// SPDX-License-Identifier: Apache-2.0
import { lstat, mkdir, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';

/** A path that cannot be the socket of this agent. `message` tells why and what to do. */
export class ApiSocketError extends Error {
  override readonly name = 'ApiSocketError';
  readonly code = 'ERR_API_SOCKET';
}

/** Creates the directory, and removes the socket of an agent that was killed. @throws ApiSocketError */
export async function claimSocketPath(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    const found = await lstat(path).catch(ignoreMissing);
    if (found === undefined) return;
    if (!found.isSocket())
      throw new ApiSocketError(
        `'${path}' exists and is not a socket: remove it, or configure another api-socket`,
      );
    if (await answers(path))
      throw new ApiSocketError(`another agent listens on '${path}': stop it, or give this one another name`);
    await unlink(path).catch(ignoreMissing);
  } catch (error) {
    throw error instanceof ApiSocketError ? error : unusable(path, error);
  }
}

/** Mode 0660 from the first moment on: bind is done within listen(). @throws ApiSocketError */
export async function listenOn(server: Server, path: string): Promise<void> {
  const before = process.umask(0o117);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
      process.umask(before);
    });
  } catch (error) {
    process.umask(before);
    throw unusable(path, error);
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Only ECONNREFUSED proves that no process listens. EAGAIN: a process listens, and its queue is full.
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

function unusable(path: string, error: unknown): ApiSocketError {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  return new ApiSocketError(`cannot create a socket at '${path}' (${code}): configure another api-socket`);
}
