// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { createLog, LOG_BACKLOG } from '#observe/log.js';

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

const LOG = new URL('../../src/observe/log.js', import.meta.url).href;
const LINES = 10_000;

test('a log with a slow reader drops lines without waiting, and logs their number', async (t) => {
  const script = `
    import { createLog } from '${LOG}';
    const log = createLog('xtr2', 'info');
    for (let i = 0; i < ${LINES}; i++) log.info('x'.repeat(1000));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines = (await text(child.stderr)).trimEnd().split('\n');
  const last = JSON.parse(lines.at(-1) ?? '') as { level: string; lines: number };
  t.is(last.level, 'warn');
  t.is(last.lines + lines.length - 1, LINES);
  t.true(lines.length * 1_000 < 2 * LOG_BACKLOG);
});
