// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';

import type { Random } from '../control/machine.js';

/** The kernel's generator behind nonces (RFC 9301 section 5.2, RFC 4086). */
export const systemRandom: Random = {
  nonce: () => randomBytes(8).readBigUInt64BE(),
  fraction: () => Math.random(), // jitter needs no secrecy
};
