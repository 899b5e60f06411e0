// SPDX-License-Identifier: Apache-2.0
export { systemClock } from './clock.js';
export { EventLog } from './event-log.js';
export { eventText } from './event-text.js';
export { createLog, type Log } from './log.js';
