// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { MAX_BAD_REQUESTS } from '#api/connection.js';
import { EVENT_BACKLOG, MAX_CONNECTIONS, MAX_REQUEST, PART_ROWS } from '#api/protocol.js';
import { FixtureService, serve } from './fixture-service.js';
import { EVENTS, MAP_CACHE, STATUS } from './fixture-views.js';

/** All that the server writes for `text`, by lines, until it closes. */
async function exchange(path: string, text: string): Promise<unknown[]> {
  const socket = connect(path);
  socket.end(text);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks)
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}

const bad = (id: number | null, code: string, message: string): object => ({ id, error: { code, message } });

// A line that a client sends, and the lines that come back.
const EXCHANGES: readonly (readonly [what: string, request: string, ...answers: unknown[]])[] = [
  ['one value', '{"id":1,"method":"status"}', { id: 1, result: STATUS }],
  [
    'a table comes in parts',
    '{"id":2,"method":"mapCache","params":{}}',
    { id: 2, part: MAP_CACHE },
    { id: 2, result: { rows: 4 } },
  ],
  ['params may be absent', '{"id":2,"method":"clearMapCache"}', { id: 2, result: { cleared: 4 } }],
  [
    'an empty table has no part',
    '{"id":3,"method":"away","params":{"eid":"9.9.9.9"}}',
    { id: 3, result: { rows: 0 } },
  ],
  [
    'kept events are a table',
    '{"id":4,"method":"recentEvents"}',
    { id: 4, part: EVENTS },
    { id: 4, result: { rows: 2 } },
  ],
  ['not JSON', 'show map-cache', bad(null, 'bad-request', 'a request is one JSON object on one line')],
  ['an empty line', '', bad(null, 'bad-request', 'a request is one JSON object on one line')],
  [
    'not an object',
    '[1]',
    bad(null, 'bad-request', 'not a request: Invalid input: expected object, received array'),
  ],
  [
    'no id',
    '{"method":"status"}',
    bad(null, 'bad-request', 'not a request: id: Invalid input: expected number, received undefined'),
  ],
  [
    'an unknown key',
    '{"id":1,"method":"status","more":1}',
    bad(null, 'bad-request', 'not a request: Unrecognized key: "more"'),
  ],
  [
    'an unknown method',
    '{"id":5,"method":"reboot"}',
    bad(5, 'unknown-method', "there is no method 'reboot'"),
  ],
  [
    'a method of Object',
    '{"id":5,"method":"toString"}',
    bad(5, 'unknown-method', "there is no method 'toString'"),
  ],
  [
    'onEvent is no method',
    '{"id":5,"method":"onEvent"}',
    bad(5, 'unknown-method', "there is no method 'onEvent'"),
  ],
  [
    'an unknown param',
    '{"id":6,"method":"away","params":{"iid":0}}',
    bad(6, 'invalid-params', 'Unrecognized key: "iid"'),
  ],
  [
    'an instance ID of 25 bits',
    '{"id":6,"method":"away","params":{"instanceId":16777216}}',
    bad(6, 'invalid-params', 'instanceId: Too big: expected number to be <=16777215'),
  ],
  [
    'a lookup of nothing',
    '{"id":6,"method":"lookup","params":{}}',
    bad(6, 'invalid-params', 'eid: Invalid input: expected string, received undefined'),
  ],
  [
    'text that is no EID',
    '{"id":7,"method":"away","params":{"eid":"nonsense"}}',
    bad(7, 'invalid-params', "'nonsense' is not an IPv4 or IPv6 address"),
  ],
];

for (const [what, request, ...answers] of EXCHANGES)
  test(what, async (t) => {
    const { path, faults } = await serve(t);
    t.deepEqual(await exchange(path, `${request}\n`), JSON.parse(JSON.stringify(answers)));
    t.deepEqual(faults, []);
  });

test('requests of a connection are answered in order, good and bad ones', async (t) => {
  const { path, server } = await serve(t);
  const answers = await exchange(
    path,
    '{"id":1,"method":"clearMapCache"}\n?\n{"id":3,"method":"clearMapCache"}\n',
  );
  t.deepEqual(answers, [
    { id: 1, result: { cleared: 4 } },
    bad(null, 'bad-request', 'a request is one JSON object on one line'),
    { id: 3, result: { cleared: 4 } },
  ]);
  const { connections, requests, requestsRejected } = server.counters();
  t.deepEqual(
    { connections, requests, requestsRejected },
    { connections: 1, requests: 3, requestsRejected: 1 },
  );
});

test('a table in several parts keeps its order', async (t) => {
  const service = new FixtureService();
  const [row] = MAP_CACHE;
  service.mapCacheView = Array.from({ length: 2 * PART_ROWS + 1 }, (_, i) => ({ ...row!, packets: i }));
  const { path } = await serve(t, service);
  const answers = (await exchange(path, '{"id":1,"method":"mapCache"}\n')) as {
    part?: { packets: number }[];
  }[];
  t.deepEqual(
    answers.map(({ part }) => part?.length),
    [PART_ROWS, PART_ROWS, 1, undefined],
  );
  t.deepEqual(
    answers.flatMap(({ part = [] }) => part.map(({ packets }) => packets)),
    service.mapCacheView.map(({ packets }) => packets),
  );
});

test('a large table waits for its reader instead of piling up', async (t) => {
  const service = new FixtureService();
  const [row] = MAP_CACHE;
  service.mapCacheView = Array<(typeof MAP_CACHE)[number]>(100_000).fill(row!);
  const { path } = await serve(t, service);
  const idle = await connected(t, path);
  idle.pause();
  idle.write('{"id":1,"method":"mapCache"}\n');
  t.is((await exchange(path, '{"id":2,"method":"clearMapCache"}\n')).length, 1); // others are served meanwhile
  let bytes = 0;
  for await (const chunk of idle) {
    bytes += (chunk as Buffer).length;
    if ((chunk as Buffer).toString().endsWith('"result":{"rows":100000}}\n')) break;
  }
  t.true(bytes > 10_000_000);
});

test('a client that does not read its answers gets no more of them', async (t) => {
  const { path, service, server } = await serve(t);
  service.statusView = { ...STATUS, warnings: ['x'.repeat(1_000_000)] };
  const idle = await connected(t, path);
  idle.pause();
  idle.write('{"id":1,"method":"status"}\n'.repeat(1_000));
  await until(() => (server.counters()['requests'] ?? 0) > 0);
  await exchange(path, '{"id":2,"method":"clearMapCache"}\n');
  t.is(server.counters()['requests'], 2);
});

test('for any input of a client: one answer for each line, and no fault', async (t) => {
  const { path, faults } = await serve(t);
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('status', 'mapCache', 'lookup', 'toString', -1, 1.5, 1e99),
  );
  const request = fc.record(
    { id: fc.oneof(fc.nat(), value), method: value, params: value },
    { requiredKeys: [] },
  );
  const line = fc.oneof(
    fc.string().map((text) => text.replaceAll('\n', ' ')),
    request.filter(({ method }) => method !== 'mapCache').map((each) => JSON.stringify(each)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: MAX_BAD_REQUESTS - 1 }), async (lines) => {
      const answers = await exchange(path, lines.map((each) => `${each}\n`).join(''));
      t.is(answers.length, lines.length);
    }),
    { numRuns: 50 },
  );
  t.deepEqual(faults, []);
});

test('a client that sends no complete request is disconnected', async (t) => {
  const { path, server } = await serve(t);
  const socket = await connected(t, path);
  socket.on('error', () => undefined).resume(); // what is unread there resets the connection
  const closed = once(socket, 'close');
  socket.write('\n'.repeat(60_000));
  await closed;
  const { requests, requestsRejected } = server.counters();
  t.deepEqual([requests, requestsRejected], [MAX_BAD_REQUESTS, MAX_BAD_REQUESTS]);
});

test('one client with many requests does not delay the others', async (t) => {
  const { path, server } = await serve(t);
  const busy = await connected(t, path);
  busy.write('{"id":1,"method":"clearMapCache"}\n'.repeat(1_000));
  busy.resume();
  await until(() => (server.counters()['requests'] ?? 0) > 0);
  t.is((await exchange(path, '{"id":2,"method":"clearMapCache"}\n')).length, 1);
  t.true((server.counters()['requests'] ?? 0) < 1_001);
});

test('a request that is too long ends the connection', async (t) => {
  const { path } = await serve(t);
  const [answer, ...more] = await exchange(path, 'x'.repeat(MAX_REQUEST + 1));
  t.deepEqual(answer, bad(null, 'bad-request', `a line is longer than ${MAX_REQUEST} bytes`));
  t.is(more.length, 0);
});

test('a fault of the agent is reported to the agent, not to the client', async (t) => {
  const service = new FixtureService();
  const fault = new TypeError('secret detail');
  service.status = () => {
    throw fault;
  };
  const { path, faults, server } = await serve(t, service);
  t.deepEqual(await exchange(path, '{"id":1,"method":"status"}\n'), [
    bad(1, 'internal', 'the agent failed; see its log'),
  ]);
  t.deepEqual(faults, [fault]);
  t.is(server.counters()['requestsFailed'], 1);
});

test('the number of connections is limited', async (t) => {
  const { path, server } = await serve(t);
  const sockets = await Promise.all(Array.from({ length: MAX_CONNECTIONS }, () => connected(t, path)));
  // Each of them is known to the server once it has answered.
  await Promise.all(sockets.map((socket) => ask(socket, '{"id":1,"method":"clearMapCache"}')));
  t.deepEqual(await exchange(path, '{"id":1,"method":"status"}\n'), [
    bad(null, 'busy', `${MAX_CONNECTIONS} clients are connected already`),
  ]);
  t.is(server.counters()['connectionsRefused'], 1);
});

test('events: kept ones, then new ones, until the reader disconnects', async (t) => {
  const { path, service } = await serve(t);
  const socket = await connected(t, path);
  const [first, second] = await ask(socket, '{"id":9,"method":"events"}', 2);
  t.deepEqual(
    [first, second],
    EVENTS.map((event) => ({ id: 9, event })),
  );
  t.is(service.listeners.size, 1);
  service.tell(EVENTS[0]!);
  t.deepEqual(await read(socket, 1), [{ id: 9, event: EVENTS[0] }]);
  socket.destroy();
  await until(() => service.listeners.size === 0);
  t.pass();
});

test('a slow reader of events is disconnected', async (t) => {
  const { path, service, server } = await serve(t);
  const socket = await connected(t, path);
  await ask(socket, '{"id":1,"method":"events"}', 2);
  socket.pause();
  const event = { ...EVENTS[0]!, detail: 'x'.repeat(200) };
  for (let told = 0; service.listeners.size > 0 && told < 10 * EVENT_BACKLOG; told++) service.tell(event);
  t.is(server.counters()['slowReadersCutOff'], 1);
  t.is(service.listeners.size, 0);
  socket.resume();
  await once(socket, 'close');
});

async function connected(t: ExecutionContext, path: string): Promise<Socket> {
  const socket = connect(path);
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function ask(socket: Socket, request: string, answers = 1): Promise<unknown[]> {
  socket.write(`${request}\n`);
  return read(socket, answers);
}

/** The next lines. */
async function read(socket: Socket, count: number): Promise<unknown[]> {
  let text = '';
  while (text.split('\n').length <= count) {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) await once(socket, 'readable');
    else text += chunk.toString();
  }
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
