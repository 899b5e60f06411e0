// SPDX-License-Identifier: Apache-2.0
import { dirname, resolve } from 'node:path';
import type { AuthenticationKey } from '#control/contract/config.js';
import { FileError, readBoundedFile } from './bounded-file.js';
import type { Draft } from './draft.js';
import type { Path, Report } from './problem.js';
import type { KeySpecification } from './schema.js';

const MAX_SECRET = 1_024;

/** The path of a key file. Relative paths begin at the directory of the configuration file `file`. */
type ReadKey = (specification: KeySpecification, path: Path) => Promise<AuthenticationKey | undefined>;

/** The keys in the order of the file. Undefined for a key with a problem. */
export interface Secrets {
  readonly mapServers: readonly (AuthenticationKey | undefined)[];
  readonly sites: readonly (readonly (AuthenticationKey | undefined)[])[];
}

/** Reads every key file. `warn` is called for secrets that other users of the machine can read. */
export async function readSecrets(
  draft: Draft,
  file: { readonly path: string; readonly worldReadable: boolean },
  report: Report,
  warn: Report,
): Promise<Secrets> {
  const read: ReadKey = async (specification, path) => {
    const { id: keyId, algorithm } = specification;
    const secret = await readSecret(specification, path, file, report, warn);
    return secret && { keyId, algorithm, secret };
  };
  return {
    mapServers: await inOrder(draft.mapServers, ({ value, path }) => read(value.key, [...path, 'key'])),
    sites: await inOrder([...(draft.mapServer?.sites ?? []).entries()], ([s, site]) =>
      inOrder([...site.keys.entries()], ([k, key]) => read(key, ['map-server', 'sites', s, 'keys', k])),
    ),
  };
}

async function inOrder<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await read(item));
  return results;
}

async function readSecret(
  { file, secret }: KeySpecification,
  path: Path,
  configuration: { readonly path: string; readonly worldReadable: boolean },
  report: Report,
  warn: Report,
): Promise<Uint8Array | undefined> {
  if ((file === undefined) === (secret === undefined)) {
    report(path, 'a key has either a file or a secret', 'write file: PATH');
    return undefined;
  }
  if (secret !== undefined) {
    if (configuration.worldReadable)
      warn([...path, 'secret'], 'every user of this machine can read it', `chmod o-r ${configuration.path}`);
    return new TextEncoder().encode(secret);
  }
  return readKeyFile(resolve(dirname(configuration.path), file ?? ''), [...path, 'file'], report, warn);
}

/** The secret is the content without the newline that an editor puts at its end. */
async function readKeyFile(
  file: string,
  at: Path,
  report: Report,
  warn: Report,
): Promise<Uint8Array | undefined> {
  try {
    const { bytes, worldReadable } = await readBoundedFile(file, MAX_SECRET);
    if (worldReadable) warn(at, `every user of this machine can read '${file}'`, `chmod o-r ${file}`);
    const secret = bytes.at(-1) === 0x0a ? bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1) : bytes;
    if (secret.length > 0) return secret;
    report(at, `'${file}' is empty`, 'write the secret into it');
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    report(at, error.message, error.hint);
  }
  return undefined;
}
