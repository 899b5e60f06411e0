// SPDX-License-Identifier: Apache-2.0
import { setTimeout as delay } from 'node:timers/promises';

const POLL_ms = 50;

/** Asks again and again. False: it did not come true in time. */
export async function eventually(
  condition: () => Promise<boolean> | boolean,
  timeout_ms: number,
  poll_ms = POLL_ms,
): Promise<boolean> {
  const deadline = Date.now() + timeout_ms;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() > deadline) return false;
    await delay(poll_ms);
  }
}
