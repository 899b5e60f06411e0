// SPDX-License-Identifier: Apache-2.0
// The program for an interface that is both EID-facing and RLOC-facing.
import test from 'ava';
import { ethernet, ip, udp } from '#test/helpers/packets.js';
import { check, type Fixture } from './fixture.js';
import { Router, XDP_PASS, XDP_REDIRECT } from './router.js';
import { BOTH, EID, GATEWAY_MAC, HOST, HOST_MAC, OURS, PEER, REMOTE, RLOC } from './site.js';
import { localEid, mapping } from './tables.js';
import { flowOf, fromRemote, payload, tunnel } from './tunnel.js';

const router = new Router('both');
test.after.always(() => router.close());

const DATA = udp(1000, 2000, payload(20));
const sent = (ttl: number) => ip({ source: HOST[4], destination: PEER[4], ttl }, DATA);
const received = (ttl: number) => ip({ source: PEER[4], destination: HOST[4], ttl }, DATA);

const fixture = test.macro(async (t, expected: Fixture) => {
  await check(t, router, { port: BOTH, ...expected });
});

const ENCAPSULATED = {
  verdict: XDP_REDIRECT,
  counters: { encapsulated: 1 },
} as const;

test('a packet from an EID is encapsulated', fixture, {
  frame: ethernet(BOTH.mac, HOST_MAC, sent(64)),
  entries: [mapping('1.1.1.0/24')],
  ...ENCAPSULATED,
  after: (frame) =>
    ethernet(GATEWAY_MAC, RLOC.mac, tunnel(OURS[4], REMOTE[4], sent(63), { ttl: 63, ...flowOf(frame, 4) })),
});

test('LISP data to a local RLOC is decapsulated', fixture, {
  frame: ethernet(BOTH.mac, GATEWAY_MAC, fromRemote(4, received(64))),
  verdict: XDP_REDIRECT,
  counters: { decapsulated: 1 },
  after: () => ethernet(HOST_MAC, EID.mac, received(63)),
});

test('LISP data from an EID to a remote RLOC is encapsulated again 9300-4-04', fixture, {
  frame: ethernet(BOTH.mac, HOST_MAC, tunnel(HOST[4], REMOTE[4], sent(64))),
  entries: [mapping('2.2.2.0/24')],
  ...ENCAPSULATED,
  after: (frame) => frame,
});

test('other packets to a local RLOC go to the kernel', fixture, {
  frame: ethernet(BOTH.mac, HOST_MAC, ip({ source: HOST[4], destination: OURS[4] }, DATA)),
  verdict: XDP_PASS,
  counters: { 'no-mapping': 1 },
});

test('packets between RLOCs go to the kernel', fixture, {
  frame: ethernet(BOTH.mac, HOST_MAC, ip({ source: REMOTE[4], destination: OURS[4] }, udp(4342, 4342, DATA))),
  entries: [mapping('0.0.0.0/0'), localEid('5.5.6.0/24')],
  verdict: XDP_PASS,
  counters: { 'to-kernel': 1 },
});

test('an EID-facing interface does not decapsulate', fixture, {
  frame: ethernet(EID.mac, HOST_MAC, fromRemote(4, received(64))),
  port: EID,
  verdict: XDP_PASS,
  counters: { 'to-kernel': 1 },
});

test('an RLOC-facing interface does not encapsulate', fixture, {
  frame: ethernet(RLOC.mac, HOST_MAC, sent(64)),
  port: RLOC,
  entries: [mapping('1.1.1.0/24')],
  verdict: XDP_PASS,
  counters: { 'to-kernel': 1 },
});
