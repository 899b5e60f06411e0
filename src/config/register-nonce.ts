// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { FileError, readBoundedFile } from './bounded-file.js';
import { replaceStateFile } from './state-file.js';

const FILE_NAME = 'register-nonce';
const FORMAT = /^([0-9]{1,20})\n?$/;
const NONCES = 1n << 64n;

/**
 * Nonces that are reserved for one run, so that the file is written once and not for each Map-Register. They last for
 * more than a hundred messages a second over a year. A run with fewer than a million a second stays behind the clock
 * anyway. 2^32 restarts do not exhaust the 64 bits.
 */
export const RESERVED_NONCES = 1n << 32n;

/**
 * Returns the first nonce of this run's Map-Registers, which is above those of all earlier runs (RFC 9301 section 5.6).
 * It is the nonce in the file of the state directory, or `now` if that is greater or there is no file. Before this
 * function returns, it writes the first nonce of the next run to the file, so that no nonce repeats after a crash. A
 * clock that ran ahead, or that goes back, does no harm.
 * @param now microseconds of Unix time
 * @throws FileError when the nonce cannot be kept: Map-Servers would take the Map-Registers for replays (9301-5.6-07)
 */
export async function reserveRegisterNonces(stateDirectory: string, now: bigint): Promise<bigint> {
  const path = join(stateDirectory, FILE_NAME);
  const kept = await readNonce(path);
  const first = kept > now ? kept : now;
  const next = first + RESERVED_NONCES;
  if (next >= NONCES)
    throw new FileError(
      `'${path}' leaves no greater nonces for Map-Registers`,
      'configure a new authentication key at the Map-Servers and in map-servers, then delete the file',
    );
  try {
    await replaceStateFile(path, [`${next}\n`]);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new FileError(
      `the nonce of Map-Registers cannot be kept in '${stateDirectory}' (${code})`,
      'make the directory writable, or configure state-directory',
    );
  }
  return first;
}

async function readNonce(path: string): Promise<bigint> {
  let bytes: Uint8Array;
  try {
    ({ bytes } = await readBoundedFile(path, 64));
  } catch (error) {
    const missing = error instanceof FileError && ['ENOENT', 'ENOTDIR'].includes(error.reason ?? '');
    if (missing) return 0n;
    throw error;
  }
  const [, digits] = FORMAT.exec(Buffer.from(bytes).toString('latin1')) ?? [];
  if (digits === undefined)
    throw new FileError(
      `'${path}' holds no nonce`,
      'delete it if the clock of this node is right and never ran ahead; else configure a new authentication key too',
    );
  return BigInt(digits);
}
