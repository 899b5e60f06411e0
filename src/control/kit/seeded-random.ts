// SPDX-License-Identifier: Apache-2.0
import { createCipheriv } from 'node:crypto';
import type { Random } from '#control/contract/machine.js';

export const SEED_BYTES = 32;
/** Random bytes generated at once: 512 nonces. */
const POOL_BYTES = 4_096;
const WORD_BYTES = 8;
const COUNTER = new Uint8Array(16);
const ZEROS = new Uint8Array(SEED_BYTES + POOL_BYTES);

/**
 * Random numbers derived from a seed of 256 bits. Nobody without the seed can guess them (RFC 9301 section
 * 5.2, RFC 4086). They are the key stream of AES-256 in counter mode. The first 32 bytes under each key are
 * the next key, and a word is wiped when it is drawn, so that memory does not reveal earlier words.
 */
export class SeededRandom implements Random {
  #key: Uint8Array | undefined;
  #pool = Buffer.alloc(0);
  #used = 0;

  /** @param seed 32 bytes */
  seed(seed: Uint8Array): void {
    if (seed.length !== SEED_BYTES)
      throw new RangeError(`a seed has ${SEED_BYTES} bytes, not ${seed.length}`);
    this.#key = Uint8Array.from(seed);
    this.#pool = Buffer.alloc(0);
    this.#used = 0;
  }

  nonce(): bigint {
    if (this.#used === this.#pool.length) this.#refill();
    const word = this.#pool.readBigUInt64BE(this.#used);
    this.#pool.fill(0, this.#used, this.#used + WORD_BYTES);
    this.#used += WORD_BYTES;
    return word;
  }

  fraction(): number {
    return Number(this.nonce() >> 11n) / 2 ** 53;
  }

  #refill(): void {
    if (this.#key === undefined) throw new Error('no seed yet: the input `start` brings it');
    const stream = createCipheriv('aes-256-ctr', this.#key, COUNTER).update(ZEROS);
    this.#key.set(stream.subarray(0, SEED_BYTES));
    stream.fill(0, 0, SEED_BYTES);
    this.#pool = stream.subarray(SEED_BYTES);
    this.#used = 0;
  }
}
