// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { EventLogger } from '#main/event-levels.js';
import { createLog } from '#observe/index.js';

test('events below the level are not formatted', (t) => {
  const lines: string[] = [];
  const logger = new EventLogger(
    createLog('xtr1', 'warn', { write: (line) => void lines.push(line) }),
    () => 0,
  );
  let made = 0;
  for (const name of ['map-request-sent', 'eid-learnt', 'table-full'])
    logger.log(name, () => `${name} ${++made}`);
  t.is(made, 1);
  t.is(lines.length, 1);
});

test('of a flood of one event the first lines of each second are logged, and the number of others', (t) => {
  const lines: string[] = [];
  let now = 0;
  const log = createLog('xtr1', 'info', {
    write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg),
  });
  const logger = new EventLogger(log, () => now);
  for (let i = 0; i < 1_000; i++) logger.log('map-request-expired', () => `map-request-expired ${i}`);
  logger.log('eid-learnt', () => 'eid-learnt 1.1.1.1/32');
  t.is(lines.length, 21);
  t.is(lines.at(-1), 'eid-learnt 1.1.1.1/32');
  now = 1_000;
  logger.log('map-request-expired', () => 'map-request-expired 1000');
  t.deepEqual(lines.slice(-2), ['map-request-expired: 980 lines suppressed', 'map-request-expired 1000']);
});
