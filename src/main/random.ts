// SPDX-License-Identifier: Apache-2.0
import { randomFillSync } from 'node:crypto';

import type { Random } from '#control/contract/machine.js';

/** Bytes that are taken from the generator at once: a request for eight takes as long as building the whole message. */
const POOL_BYTES = 4_096;
const NONCE_BYTES = 8;

const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** Bytes of the kernel's generator (RFC 9301 section 5.2, RFC 4086). Each is used once. */
function nonce(): bigint {
  if (used === POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const value = pool.readBigUInt64BE(used);
  used += NONCE_BYTES;
  return value;
}

export const systemRandom: Random = {
  nonce,
  fraction: () => Math.random(), // jitter needs no secrecy
};
