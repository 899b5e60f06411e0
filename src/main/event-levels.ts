// SPDX-License-Identifier: Apache-2.0
import type { EventName } from '../control/event.js';
import type { Log } from '../observe/index.js';

/** What somebody has to look at. */
const WARNINGS: ReadonlySet<string> = new Set<EventName>([
  'map-register-rejected',
  'map-request-expired',
  'message-rejected',
  'table-full',
]);
/** What changes where packets go. Everything else, one line a message, is for debugging. */
const CHANGES: ReadonlySet<string> = new Set<EventName>([
  'eid-learnt',
  'eid-away',
  'eid-forgotten',
  'map-register-accepted',
  'registration-withdrawn',
  'registration-expired',
  'map-cache-updated',
]);

/** Logs an event with the weight that its name has. */
export function logEvent(log: Log, name: string, text: string): void {
  if (WARNINGS.has(name)) log.warn(text);
  else if (CHANGES.has(name)) log.info(text);
  else log.debug(text);
}
