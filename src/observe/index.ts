// SPDX-License-Identifier: Apache-2.0
export { type EventClock, systemClock } from './clock.js';
export { EVENT_CAPACITY, type EventListener, EventLog } from './event-log.js';
export { eventText } from './event-text.js';
export { createLog, type Log, LOG_BACKLOG } from './log.js';
