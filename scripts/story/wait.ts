// SPDX-License-Identifier: Apache-2.0
import { setTimeout as delay } from 'node:timers/promises';

/** The lab waited for something that did not come. */
export class NotSeen extends Error {
  override readonly name = 'NotSeen';
}

export async function withTimeout<T>(promise: Promise<T>, timeout_ms: number, what: string): Promise<T> {
  const settled = new AbortController();
  const late = delay(timeout_ms, undefined, { signal: settled.signal }).then(() => {
    throw new NotSeen(`waited ${timeout_ms / 1000} s for ${what}`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    settled.abort();
    // The loser's rejection is nobody's business any more.
    late.catch(() => undefined);
  }
}
