// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { parseAddress, parsePrefix } from '#addr/index.js';
import type { EventView } from '#core/service/views.js';
import { EventLog, eventText, systemClock } from '#observe/index.js';

const clock = { wall: () => 1_700_000_000_500.25, monotonic: () => 5_000 };
const EID = { instanceId: 0, prefix: parsePrefix('1.1.1.1/32') };

test('an event becomes a view with times, node and text', (t) => {
  const log = new EventLog('xtr4', 8, clock);
  const view = log.record({
    name: 'map-reply-received',
    eid: EID,
    peer: parseAddress('6.6.6.6'),
    rlocs: [parseAddress('6.6.6.6')],
    nonce: 0x39050b996c138aden,
    detail: 'rtt 2 ms',
  })();
  t.deepEqual(view, {
    time_ms: 1_700_000_000_500.25,
    monotonic_ms: 5_000,
    node: 'xtr4',
    name: 'map-reply-received',
    eid: '1.1.1.1/32',
    peer: '6.6.6.6',
    rlocs: ['6.6.6.6'],
    nonce: '0x39050b996c138ade',
    detail: 'rtt 2 ms',
  });
  t.is(
    eventText(view),
    'map-reply-received 1.1.1.1/32 peer 6.6.6.6 rlocs 6.6.6.6 nonce 0x39050b996c138ade (rtt 2 ms)',
  );
});

test('missing fields of an event are not in its view', (t) => {
  const view = new EventLog('xtr4', 8, clock).record({ name: 'table-full' })();
  t.deepEqual(Object.keys(view), ['time_ms', 'monotonic_ms', 'node', 'name']);
  t.is(eventText(view), 'table-full');
});

test('an event about a packet has the time at which the kernel saw the packet', (t) => {
  const view = new EventLog('xtr2', 8, clock).record({ name: 'stale-packet', kernelTime_ms: 4_998.5 })();
  t.is(view.monotonic_ms, 4_998.5);
  t.is(view.time_ms, 1_700_000_000_498.75);
});

test('an EID outside instance 0 and a short nonce', (t) => {
  const view = new EventLog('x', 8, clock).record({
    name: 'smr-sent',
    eid: { ...EID, instanceId: 7 },
    nonce: 1n,
    rlocs: [],
  })();
  t.is(eventText(view), 'smr-sent [7]1.1.1.1/32 rlocs none nonce 0x0000000000000001');
});

test('only the last events are kept, oldest first', (t) => {
  const log = new EventLog('x', 3, clock);
  const details = (): (string | undefined)[] => log.recent().map(({ detail }) => detail);
  for (const [detail, kept] of [
    ['a', 'a'],
    ['b', 'ab'],
    ['c', 'abc'],
    ['d', 'bcd'],
    ['e', 'cde'],
    ['f', 'def'],
    ['g', 'efg'],
  ] as const) {
    log.record({ name: 'smr-sent', detail });
    t.is(details().join(''), kept);
  }
});

test('listeners hear new events until they stop', (t) => {
  const log = new EventLog('x', 3, clock);
  const heard: EventView[] = [];
  log.record({ name: 'smr-sent' });
  const stop = log.onEvent((event) => heard.push(event));
  const event = log.record({ name: 'smr-received' })();
  stop();
  log.record({ name: 'smr-ignored' });
  t.deepEqual(heard, [event]);
  t.is(log.listeners, 0);
});

test('a listener that throws is removed and the others still hear', (t) => {
  const log = new EventLog('x', 3, clock);
  const heard: string[] = [];
  log.onEvent(() => {
    throw new Error('gone');
  });
  log.onEvent(({ name }) => heard.push(name));
  log.record({ name: 'smr-sent' });
  log.record({ name: 'smr-received' });
  t.deepEqual(heard, ['smr-sent', 'smr-received']);
  t.is(log.listeners, 1);
});

test('one function may listen twice', (t) => {
  const log = new EventLog('x', 3, clock);
  let heard = 0;
  const listener = (): void => {
    heard += 1;
  };
  const stop = log.onEvent(listener);
  log.onEvent(listener);
  log.record({ name: 'smr-sent' });
  stop();
  log.record({ name: 'smr-sent' });
  t.is(heard, 3);
});

test('the system clocks go forward, close to Date.now()', (t) => {
  const system = systemClock();
  const [before, monotonic] = [Date.now(), system.monotonic()];
  const wall = system.wall();
  t.true(system.monotonic() > monotonic);
  t.true(wall >= before - 3 && wall <= Date.now() + 3);
});
