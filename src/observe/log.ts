// SPDX-License-Identifier: Apache-2.0
import {
  type DestinationStream,
  destination as openDestination,
  pino,
  type Logger,
  stdTimeFunctions,
} from 'pino';

export type Log = Logger;

/** Bytes of log that are queued for a slow reader of stderr. More is dropped: the agent does not wait. */
export const LOG_BACKLOG = 1_048_576;

/** One JSON object a line, with level, time, name (of the agent) and msg. Goes to stderr unless told otherwise. */
export function createLog(
  name: string,
  level: 'error' | 'warn' | 'info' | 'debug',
  destination?: DestinationStream,
): Log {
  const options = {
    level,
    base: { name },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (destination) return pino(options, destination);
  const stderr = openDestination({ dest: 2, sync: false, maxLength: LOG_BACKLOG });
  const log = pino(options, stderr);
  let dropped = 0;
  stderr.on('drop', () => (dropped += 1));
  stderr.on('drain', () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    log.warn({ lines }, 'lines of this log were dropped: stderr is not read fast enough');
  });
  return log;
}
