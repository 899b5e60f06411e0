// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** A file that cannot be used. `message` tells why, `hint` what to do. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code = 'ERR_FILE';
  readonly hint: string;
  /** The system's error code, such as ENOENT, if there is one. */
  readonly reason: string | undefined;

  constructor(message: string, hint: string, reason?: string) {
    super(message);
    this.hint = hint;
    this.reason = reason;
  }
}

export interface FileContent {
  readonly bytes: Uint8Array;
  /** Whether users other than the owner and the group may read it. */
  readonly worldReadable: boolean;
}

/** Reads a regular file of at most `limit` bytes. @throws FileError */
export async function readBoundedFile(path: string, limit: number): Promise<FileContent> {
  try {
    // A blocking open of a FIFO would wait for a writer.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new FileError(`'${path}' is not a regular file`, 'name a regular file');
      // The bytes that were read count, not stat.size: the file may grow meanwhile.
      const buffer = new Uint8Array(limit + 1);
      let length = 0;
      for (let read = 1; read > 0 && length <= limit; length += read)
        read = (await handle.read(buffer, length, buffer.length - length)).bytesRead;
      if (length > limit)
        throw new FileError(`'${path}' is longer than ${limit} bytes`, 'is it the right file?');
      return { bytes: buffer.slice(0, length), worldReadable: (stat.mode & 0o004) !== 0 };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof FileError ? error : openError(path, error);
  }
}

function openError(path: string, error: unknown): FileError {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new FileError(`there is no file '${path}'`, 'create it, or correct the path', code);
    case 'EACCES':
    case 'EPERM':
      return new FileError(
        `no permission to read '${path}'`,
        'make it readable for the user that runs xtrd',
        code,
      );
    default:
      return new FileError(
        `'${path}' cannot be read (${code ?? String(error)})`,
        'check the file system',
        code,
      );
  }
}
