// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { createLog } from '../../src/observe/index.js';

test('a log line is one JSON object with level, time, name and msg', (t) => {
  const lines: string[] = [];
  const log = createLog('xtr2', 'info', { write: (line) => void lines.push(line) });
  log.debug('not logged');
  log.warn({ interface: 'eth1' }, 'generic XDP');
  t.is(lines.length, 1);
  const { time, ...line } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  t.deepEqual(line, { level: 'warn', name: 'xtr2', interface: 'eth1', msg: 'generic XDP' });
  t.regex(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});
