// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import test from 'ava';
import { EVENT_NAMES } from '#control/contract/event.js';
import { EVENT_CAPACITY, EventLog } from '#observe/event-log.js';

const MANUAL = await readFile(new URL('../../../docs/events.md', import.meta.url), 'utf8');
const [FIELDS = '', NAMES = ''] = MANUAL.split('## Names');
const rowsOf = (text: string): string[] =>
  [...text.matchAll(/^\| `([^`]+)` /gm)].map(([, name = '']) => name);

test('every event is in the manual, in the same order', (t) => {
  t.deepEqual(rowsOf(NAMES), [...EVENT_NAMES]);
});

test('every field of an event is in the manual', (t) => {
  const view = new EventLog('x').record({
    name: 'smr-sent',
    eid: { instanceId: 0, prefix: { address: { family: 4, bits: 0n }, length: 0 } },
    peer: { family: 4, bits: 1n },
    rlocs: [],
    nonce: 1n,
    detail: '',
  })();
  t.deepEqual(rowsOf(FIELDS), Object.keys(view));
});

test('the manual has the number of kept events', (t) => {
  t.true(MANUAL.includes(`up to ${EVENT_CAPACITY}`));
});
