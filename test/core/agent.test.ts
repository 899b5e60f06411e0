// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import { Agent } from '#core/agent.js';
import { type ControlMessage, encodeMessage } from '#wire/index.js';
import { encapsulated as anEcm, mapReply, mapRequest, prefix, record } from '#test/helpers/messages.js';
import { MAP_SERVER, MAP_SERVER_CONFIG, ROAMING, xtrConfig } from './story-nodes.js';

const STRANGER = parseAddress('203.0.113.9');
const random = { nonce: () => 7n, fraction: () => 0.5 };

const REQUEST = mapRequest({ nonce: 42n, itrRlocs: [STRANGER], records: [prefix('5.5.5.5')] });

function encapsulated(payload: Uint8Array): ControlMessage {
  return anEcm({ innerSource: STRANGER, innerDestination: parseAddress('5.5.5.5'), payload });
}

const NOTIFY: ControlMessage = {
  type: 'map-notify',
  nonce: 1n,
  authentication: { keyId: 1, algorithmId: 2, data: new Uint8Array(32) },
  records: [record('1.1.1.1', [], { ttl_min: 1 })],
  identity: undefined,
};

const MAP_REPLY = mapReply(1n, NOTIFY.records);

const XTR = xtrConfig('4.4.4.4', { databaseMappings: [{ eid: prefix('5.5.5.0/24') }], ...ROAMING });

const ROLES = {
  xtr: () => started(new Agent(XTR, undefined, random)),
  mapServer: () => started(new Agent(undefined, MAP_SERVER_CONFIG, random)),
  both: () => started(new Agent(XTR, MAP_SERVER_CONFIG, random)),
};

function started(agent: Agent): Agent {
  agent.handle(
    [
      {
        type: 'start',
        adopted: { mapCache: [], localEids: [], rlocsDown: [] },
        seed: new Uint8Array(32),
        nonces: [],
      },
    ],
    0,
  );
  return agent;
}

function receive(agent: Agent, bytes: Uint8Array, now = 0): ReturnType<Agent['handle']> {
  return agent.handle(
    [{ type: 'datagram', datagram: { from: STRANGER, fromPort: 4342, to: parseAddress(MAP_SERVER), bytes } }],
    now,
  );
}

function send(agent: Agent, message: ControlMessage): ReturnType<Agent['handle']> {
  const key = 'authentication' in message ? new TextEncoder().encode('another key') : undefined;
  return receive(agent, encodeMessage(message, key));
}

const notForThisRole = test.macro({
  title: (_, role: keyof typeof ROLES, message: ControlMessage) =>
    `${message.type} is not for a node that is ${role} only`,
  exec(t, role: keyof typeof ROLES, message: ControlMessage) {
    const agent = ROLES[role]();
    t.deepEqual(send(agent, message), []);
    t.is(agent.counters.get('unexpectedMessages'), 1);
  },
});
test(notForThisRole, 'mapServer', MAP_REPLY);
test(notForThisRole, 'mapServer', NOTIFY);
test(notForThisRole, 'xtr', { ...NOTIFY, type: 'map-notify-ack' });
test(notForThisRole, 'xtr', {
  ...NOTIFY,
  type: 'map-register',
  proxyReply: false,
  securityCapable: false,
  eidNotify: false,
  useTtl: false,
  merge: false,
  wantMapNotify: true,
});

test('9301-5.1-01, -02: a malformed message is counted, and reported once a second for each sender', (t) => {
  const agent = ROLES.xtr();
  const [event] = receive(agent, Uint8Array.of(0x10));
  t.like(event, { type: 'event', event: { name: 'message-rejected', peer: STRANGER } });
  t.deepEqual(receive(agent, Uint8Array.of(0x70), 500), []);
  t.is(receive(agent, new Uint8Array(), 1_500).length, 1);
  t.is(agent.counters.get('malformedMessages'), 3);
});

test('a malformed message inside an ECM is rejected like any other; an ECM inside an ECM is unexpected', (t) => {
  const agent = ROLES.mapServer();
  t.is(send(agent, encapsulated(Uint8Array.of(0x10, 0, 0, 1))).length, 1);
  t.is(agent.counters.get('malformedMessages'), 1);
  t.deepEqual(send(agent, encapsulated(encodeMessage(encapsulated(encodeMessage(REQUEST))))), []);
  t.is(agent.counters.get('unexpectedMessages'), 1);
});

const answered = test.macro({
  title: (_, what: string) => what,
  exec(t, _what: string, message: ControlMessage, authoritative: boolean) {
    const [reply] = send(ROLES.both(), message).filter(({ type }) => type === 'send');
    t.like(reply, { message: { type: 'map-reply', nonce: 42n } });
    const records = reply?.type === 'send' && reply.message.type === 'map-reply' ? reply.message.records : [];
    t.is(records[0]?.authoritative, authoritative);
  },
});
const ELSEWHERE = { ...REQUEST, records: [prefix('8.8.8.8/32')] };
test(answered, 'a node with both roles answers for its own EIDs as ETR', REQUEST, true);
test(answered, '... also in an ECM', encapsulated(encodeMessage(REQUEST)), true);
test(answered, '... and for other EIDs as Map-Server', ELSEWHERE, false);
test(answered, '... also in an ECM for other EIDs', encapsulated(encodeMessage(ELSEWHERE)), false);

test('an RLOC-probe at a node with both roles is answered by the ETR', (t) => {
  const agent = ROLES.both();
  const [reply] = send(agent, { ...REQUEST, probe: true }).filter(({ type }) => type === 'send');
  t.like(reply, { message: { type: 'map-reply', probe: true, nonce: 42n }, to: STRANGER });
  t.is(agent.counters.get('probeMapRequestsIn'), 1);
});

test('... and an RLOC-probe for the EID of another ETR is not forwarded', (t) => {
  const probe = { ...ELSEWHERE, probe: true };
  t.deepEqual(send(ROLES.both(), probe), send(ROLES.xtr(), probe));
});

test('9301-5.2-04: a Map-Server drops a Map-Request with the probe bit', (t) => {
  const effects = send(ROLES.mapServer(), { ...REQUEST, probe: true });
  t.deepEqual(
    effects.map(({ type }) => type),
    ['event'],
  );
});

test('an SMR goes to the xTR, whatever other roles the node has', (t) => {
  const agent = ROLES.both();
  send(agent, { ...REQUEST, smr: true, sourceEid: { instanceId: 0, address: parseAddress('1.1.1.1') } });
  t.is(agent.counters.get('smrIn'), 1);
});
