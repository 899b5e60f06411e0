// SPDX-License-Identifier: Apache-2.0
// Forwarding of Map-Requests to ETRs: to which ETR, and in which form.
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import { MAX_FORWARDED_BYTES } from '#control/map-server/map-resolver-forward.js';
import { encodeMessage } from '#wire/index.js';
import { ecm, Etr, FROM, HOST, locator, mapRequest, record, registered, Scene } from './map-server-scene.js';

for (const proxyReply of [true, false])
  test(`9301-5.2-D01: the A bit takes a Map-Request to the ETR (P bit ${proxyReply})`, (t) => {
    const { scene } = registered(proxyReply);
    const request = mapRequest([HOST], { authoritative: true });
    const outcome = scene.request(request);
    t.deepEqual(outcome.paths, ['10.0.0.1 > 2.2.2.2:4342']);
    t.deepEqual(outcome.sends[0]?.message, ecm(request));
  });

test('9301-8.3-D04: without proxy reply the message is forwarded to the ETR unaltered', (t) => {
  const { scene } = registered(false);
  const request = mapRequest([HOST], { smrInvoked: true });
  const outcome = scene.request(request);
  t.deepEqual(outcome.paths, ['10.0.0.1 > 2.2.2.2:4342']);
  t.deepEqual(outcome.sends[0]?.message, ecm(request));
  t.deepEqual(outcome.eventNames, ['map-request-received', 'map-request-forwarded']);
  t.is(scene.count('mapRequestsForwarded'), 1);
});

test('the D bit (DDT) of an ECM is not forwarded', (t) => {
  const { scene } = registered(false);
  const [send] = scene.request(mapRequest([HOST]), { ddt: true }).sends;
  t.like(send?.message, { ddt: false });
});

test('a plain Map-Request is forwarded in an ECM, so that the answer goes to its source port', (t) => {
  const { scene } = registered(false);
  const request = mapRequest([HOST]);
  const [send] = scene.plainRequest(request, { from: '4.4.4.4', port: 777 }).sends;
  t.deepEqual(send?.message, {
    ...ecm(request),
    innerSource: parseAddress('4.4.4.4'),
    innerSourcePort: 777,
    payload: encodeMessage(request),
  });
});

test('an IPv6 EID requested over IPv4: the inner addresses have one family', (t) => {
  const { scene } = registered(false, ['2001:db8:1::1/128']);
  const [send] = scene.plainRequest(mapRequest(['2001:db8:1::1/128']), { from: '4.4.4.4' }).sends;
  t.like(send?.message, { innerDestination: parseAddress('10.0.0.1') });
});

test('the ETR that registered last gets the Map-Request', (t) => {
  const { scene, etr } = registered(false, []);
  const other = new Etr('6.6.6.6', 6n);
  const both = [record(HOST, ['2.2.2.2', '6.6.6.6'])];
  scene.register(etr.register(both), FROM);
  scene.register(other.register(both), { from: '6.6.6.6' });
  t.is(scene.request(mapRequest([HOST])).paths[0], '10.0.0.1 > 6.6.6.6:4342');
  scene.register(etr.register(both), FROM);
  t.is(scene.request(mapRequest([HOST])).paths[0], '10.0.0.1 > 2.2.2.2:4342');
});

test('an ETR that registers from an interface address gets the Map-Request at its own locator', (t) => {
  const { scene, etr } = registered(false, []);
  const locators = [
    locator('3.3.3.3', { local: false }),
    locator('9.9.9.9', { reachable: false }),
    locator('2.2.2.2'),
  ];
  scene.register(etr.register([record(HOST, [], { locators })]), { from: '10.7.7.7' });
  t.is(scene.request(mapRequest([HOST])).paths[0], '10.0.0.1 > 2.2.2.2:4342');
});

test('an ETR without a reachable locator gets the Map-Request at the address that it registered from', (t) => {
  const scene = new Scene(undefined, {}, ['10.0.0.1']);
  scene.register(new Etr('2.2.2.2', 2n).register([record(HOST, ['2001:db8::2'])]), FROM);
  t.is(scene.request(mapRequest([HOST])).paths[0], '10.0.0.1 > 2.2.2.2:4342');
});

test('9301-5.2-10 9301-5.2-11: every record of a Map-Request is processed; each is forwarded by itself', (t) => {
  const { scene, etr } = registered(false, ['1.1.1.1/32', '1.1.1.2/32']);
  scene.register(etr.register([record('1.1.1.3/32', ['2.2.2.2'])]), FROM);
  const request = mapRequest(['1.1.1.1/32', '8.8.8.8/32', '1.1.1.2/32', '1.1.1.3/32']);
  const padded = { payload: Buffer.concat([encodeMessage(request), Buffer.alloc(500)]) };
  const outcome = scene.request(request, padded);
  t.deepEqual(
    outcome.sends.slice(0, -1).map(({ message }) => message),
    ['1.1.1.1/32', '1.1.1.2/32', '1.1.1.3/32'].map((host) => ecm(mapRequest([host]))),
  );
  t.is(outcome.sends.at(-1)?.message.type, 'map-reply');
});

test('at most 8 records of a Map-Request are forwarded', (t) => {
  const hosts = Array.from({ length: 200 }, (_, i) => `1.1.1.${i}/32`);
  const { scene } = registered(false, hosts);
  t.is(scene.request(mapRequest(hosts)).sends.length, 8);
  t.is(scene.count('mapRequestsDropped'), 1);
  t.is(scene.count('mapRequestsForwarded'), 8);
});

test('a padded Map-Request is not forwarded', (t) => {
  const { scene } = registered(false);
  const request = mapRequest([HOST]);
  const bytes = encodeMessage(request);
  const send = (length: number) =>
    scene.request(request, { payload: Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]) }).sends;
  t.is(send(MAX_FORWARDED_BYTES).length, 1);
  t.is(send(MAX_FORWARDED_BYTES + 1).length, 0);
  t.is(scene.count('mapRequestsDropped'), 1);
});
