// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import type { Effect } from '#control/contract/effect.js';
import type { Handler } from '#control/contract/machine.js';
import { Dispatch } from '#control/kit/dispatch.js';
import { report } from '#control/kit/part.js';
import type { MapReply } from '#wire/index.js';

const received = {
  from: { family: 4, bits: 1n },
  fromPort: 4342,
  to: { family: 4, bits: 2n },
  bytes: new Uint8Array(),
} as const;
const REPLY: MapReply = {
  type: 'map-reply',
  probe: false,
  echoNonce: false,
  security: undefined,
  nonce: 9n,
  records: [],
};

const named =
  (name: string) =>
  (_: unknown, now: number, out: Effect[]): void =>
    void out.push(report({ name: 'eid-learnt', detail: `${name} at ${now}` }));

test('an input is dispatched to all machines that handle it, in order, and to no others', (t) => {
  const dispatch = new Dispatch([
    { inputs: { wake: named('one') } },
    { inputs: { written: named('two') } },
    { inputs: { wake: named('three') } },
  ]);
  const out: Effect[] = [];
  dispatch.input({ type: 'wake' }, 7, out);
  t.deepEqual(
    out.map((effect) => effect.type === 'event' && effect.event.detail),
    ['one at 7', 'three at 7'],
  );
  dispatch.input({ type: 'eid-interfaces', interfaces: [] }, 7, out);
  t.is(out.length, 2);
});

test('a message is dispatched to the one machine that handles it', (t) => {
  const seen: string[] = [];
  const reply: Handler = {
    messages: { 'map-reply': ({ from }, { nonce }) => seen.push(`${from.bits} ${nonce}`) },
  };
  const dispatch = new Dispatch([reply]);
  t.true(dispatch.message(received, REPLY, 0, []));
  t.deepEqual(seen, ['1 9']);
  t.false(new Dispatch([]).message(received, REPLY, 0, []));
  t.throws(() => new Dispatch([reply, reply]), { message: 'two machines handle map-reply' });
});
