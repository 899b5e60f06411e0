// SPDX-License-Identifier: Apache-2.0
import { setTimeout as delay } from 'node:timers/promises';

const POLL_ms = 25;
const TIMEOUT_ms = 30_000;

/** Something that was waited for did not come. */
export class NotSeen extends Error {
  override readonly name = 'NotSeen';
}

/** @throws NotSeen if the promise is not settled in time */
export async function withTimeout<T>(promise: Promise<T>, timeout_ms: number, what: string): Promise<T> {
  const settled = new AbortController();
  const late = delay(timeout_ms, undefined, { signal: settled.signal }).then(() => {
    throw new NotSeen(`waited ${timeout_ms / 1000} s for ${what}`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    settled.abort();
    // Its rejection is of no use any more.
    late.catch(() => undefined);
  }
}

/** Polls until the condition holds. Returns whether it did in time. */
export async function eventually(
  condition: () => Promise<boolean> | boolean,
  timeout_ms: number,
  poll_ms = POLL_ms,
): Promise<boolean> {
  const deadline_ms = performance.now() + timeout_ms;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() > deadline_ms) return false;
    await delay(poll_ms);
  }
}

/** Polls until the condition holds. @throws NotSeen if it does not in time */
export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  timeout_ms = TIMEOUT_ms,
  poll_ms = POLL_ms,
): Promise<void> {
  if (!(await eventually(condition, timeout_ms, poll_ms)))
    throw new NotSeen(`waited ${timeout_ms / 1000} s for ${what}`);
}
