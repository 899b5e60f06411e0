// SPDX-License-Identifier: Apache-2.0
// The file of a Map-Server's nonces: a line that names the format, a line 'SITE KEY ETR NONCE' for each nonce, and a
// last line with their number and a SHA-256 of all lines before it. So a truncated or damaged file is detected.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { TrackedNonce } from '#control/contract/inputs.js';
import { TRACKED_ETRS_PER_SITE } from '#control/contract/limits.js';

const HEADER = 'xtrd registration-nonces 1';
const ENTRY = /^([\x21-\x7e]{1,63}) ([0-9a-f]{16}) ([0-9a-f:.]{1,64}) ([0-9]{1,20})$/;
const END = /^end ([0-9]{1,15}) ([0-9a-f]{64})$/;
/** More than the longest entry. */
const MAX_LINE = 256;
const MAX_NONCE = (1n << 64n) - 1n;
/** Lines that are formatted in one turn of the event loop. */
const LINES_PER_PIECE = 1_024;

/** A damaged file. `message` names the line. */
export class BrokenNonceFileError extends Error {
  override readonly name = 'BrokenNonceFileError';
  readonly code = 'ERR_NONCE_FILE';
}

/** The text of the file, in pieces. */
export function* nonceFile(entries: Iterable<TrackedNonce>): Generator<string> {
  const hash = createHash('sha256');
  let count = 0;
  let piece = `${HEADER}\n`;
  for (const { site, key, etr, nonce } of entries) {
    piece += `${site} ${key} ${etr} ${nonce}\n`;
    count += 1;
    if (count % LINES_PER_PIECE !== 0) continue;
    hash.update(piece);
    yield piece;
    piece = '';
  }
  const digest = hash.update(piece).digest('hex');
  yield `${piece}end ${count} ${digest}\n`;
}

/** @throws BrokenNonceFileError, or system errors such as ENOENT */
export async function readNonceFile(path: string): Promise<readonly TrackedNonce[]> {
  const entries: TrackedNonce[] = [];
  const ofSite = new Map<string, number>();
  const hash = createHash('sha256');
  let ended = false;
  let number = 0;
  for await (const line of linesOf(path)) {
    number += 1;
    const fail = (what: string): never => {
      throw new BrokenNonceFileError(`line ${number}: ${what}`);
    };
    if (ended) fail('text after the end');
    const end = END.exec(line);
    if (number === 1 && line !== HEADER) fail(`not '${HEADER}'`);
    else if (end !== null) {
      if (end[1] !== `${entries.length}`) fail(`${entries.length} entries, not ${end[1]}`);
      if (end[2] !== hash.digest('hex')) fail('the checksum is wrong');
      ended = true;
    } else if (number > 1) {
      const entry = parseEntry(line) ?? fail('not an entry');
      const count = (ofSite.get(entry.site) ?? 0) + 1;
      if (count > TRACKED_ETRS_PER_SITE) fail(`more than ${TRACKED_ETRS_PER_SITE} ETRs of one site`);
      ofSite.set(entry.site, count);
      entries.push(entry);
    }
    if (!ended) hash.update(`${line}\n`);
  }
  if (!ended) throw new BrokenNonceFileError('the end is missing');
  return entries;
}

function parseEntry(line: string): TrackedNonce | undefined {
  const [, site, key, etr, digits] = ENTRY.exec(line) ?? [];
  if (site === undefined || key === undefined || etr === undefined || digits === undefined) return undefined;
  const nonce = BigInt(digits);
  return nonce > MAX_NONCE ? undefined : { site, key, etr, nonce };
}

/** Lines that end with a line feed. A line that is longer than any valid one is an error, and not kept in memory. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(path, 'latin1')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) throw new BrokenNonceFileError('a line is too long');
    yield* lines;
  }
  if (rest !== '') throw new BrokenNonceFileError('the last line is cut off');
}
