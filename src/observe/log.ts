// SPDX-License-Identifier: Apache-2.0
import {
  type DestinationStream,
  destination as openDestination,
  pino,
  type Logger,
  stdTimeFunctions,
} from 'pino';

export type Log = Logger;

/** Bytes of log that may wait for a slow reader of stderr; what comes then is dropped, the agent does not wait. */
export const LOG_BACKLOG = 1_048_576;

/** One JSON object a line, with level, time, name (of the agent) and msg. Goes to stderr unless told otherwise. */
export function createLog(
  name: string,
  level: 'error' | 'warn' | 'info' | 'debug',
  destination: DestinationStream = openDestination({ dest: 2, sync: false, maxLength: LOG_BACKLOG }),
): Log {
  return pino(
    {
      level,
      base: { name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}
