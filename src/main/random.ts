// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { SEED_BYTES } from '#control/kit/seeded-random.js';

/** What the random numbers of an agent follow from, of the kernel's generator (RFC 4086). */
export function freshSeed(): Uint8Array {
  return randomBytes(SEED_BYTES);
}
