// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError, readBoundedFile } from './bounded-file.js';
import { createStateFile } from './state-file.js';

const FILE_NAME = 'xtr-id';
const FORMAT = /^0x([0-9a-f]{32})\n?$/;

/**
 * The generated xTR-ID of a node that has none in its configuration: 128 random bits, not 0. The first run creates it.
 * @throws FileError when the state directory cannot be used, or the file has no xTR-ID
 */
export async function readOrCreateXtrId(stateDirectory: string): Promise<bigint> {
  const path = join(stateDirectory, FILE_NAME);
  try {
    if (!(await isThere(path))) await createStateFile(path, `0x${randomBytes(16).toString('hex')}\n`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new FileError(
      `the xTR-ID cannot be kept in '${stateDirectory}' (${code})`,
      'make the directory writable, or configure xtr-id or state-directory',
    );
  }
  const { bytes } = await readBoundedFile(path, 64);
  const [, hex] = FORMAT.exec(Buffer.from(bytes).toString('latin1')) ?? [];
  if (hex === undefined || BigInt(`0x${hex}`) === 0n)
    throw new FileError(`'${path}' holds no xTR-ID`, 'delete it; the next start makes a new one');
  return BigInt(`0x${hex}`);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
