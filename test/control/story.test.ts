// SPDX-License-Identifier: Apache-2.0
// The host move of one EID, seen by each of its three xTRs.
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import { WITHDRAW_DELAY_ms } from '#control/mobility/dynamic-eid.js';
import { Bench, configOf, dynamic, MAP_RESOLVER, MAP_SERVER, prefix, record, request } from './harness.js';

const HOST = '1.1.1.1';
const REMOTE = '5.5.5.5';

function xtr(address: string, ...dynamicPrefixes: string[]): Bench {
  return new Bench(configOf([address], { dynamicEids: dynamicPrefixes.map(dynamic) })).start();
}

test('acts 1 to 4 at xTR2, which the host leaves', (t) => {
  const xtr2 = new Bench(configOf(['2.2.2.2'], { dynamicEids: [dynamic('1.1.1.0/24')] })).start();

  // Step 1: the prefix is watched, and not registered.
  t.deepEqual(xtr2.lines, [
    'local-eid 1.1.1.0/24 dynamic',
    'map-cache 0.0.0.0/0 send-map-request',
    'map-cache 1.1.1.0/24 send-map-request',
    `keep-neighbours ${MAP_SERVER} ${MAP_RESOLVER}`,
  ]);

  // Step 2: the first packet of the host makes it a local EID.
  xtr2.punt('eid-detected', HOST, REMOTE);
  t.deepEqual(xtr2.lines, [
    'local-eid 1.1.1.1/32 local on 7',
    'host-route-add 1.1.1.1 7',
    `2.2.2.2 > ${MAP_SERVER}:4342 map-register 1.1.1.1/32=2.2.2.2`,
  ]);
  t.deepEqual(xtr2.events, ['eid-learnt', 'map-register-sent']);
  xtr2.pass(5).acknowledge();
  t.deepEqual(xtr2.events, ['map-notify-received']);
  t.deepEqual(xtr2.lines, []);
  const [registration] = xtr2.xtr.database.get(prefix(HOST))?.registrations ?? [];
  t.like(registration, { acknowledged: true, registeredSince_ms: xtr2.now });

  // Step 3: the Map-Server forwards the Map-Request of xTR4.
  const asked = request({ itrRlocs: [parseAddress('4.4.4.4')], records: [prefix(HOST)] });
  xtr2.pass(10_000).forward(asked);
  t.deepEqual(xtr2.lines, ['2.2.2.2 > 4.4.4.4:4342 map-reply 1.1.1.1/32=2.2.2.2']);

  // Steps 5 and 6: the Map-Server tells that the host is behind xTR6.
  xtr2.pass(10_000).notify(0xc51abccen, [record(HOST, ['6.6.6.6'])], { identity: { xtrId: 2n, siteId: 1n } });
  t.deepEqual(xtr2.lines, [
    'local-eid 1.1.1.1/32 away -> 6.6.6.6',
    'host-route-delete 1.1.1.1 7',
    'probe-host 1.1.1.1 7 after a move',
    `2.2.2.2 > ${MAP_SERVER}:4342 map-notify-ack 1.1.1.1/32=6.6.6.6`,
    `keep-neighbours ${MAP_SERVER} ${MAP_RESOLVER} 6.6.6.6`,
  ]);
  t.deepEqual(xtr2.events, ['map-notify-received', 'eid-away']);
  t.is(xtr2.xtr.database.get(prefix(HOST)), undefined);
  t.is(xtr2.xtr.dynamicEids.size, 0);
  t.is(xtr2.xtr.away.size, 1);
  xtr2.pass(WITHDRAW_DELAY_ms);
  t.deepEqual(xtr2.lines, [`2.2.2.2 > ${MAP_SERVER}:4342 map-register 1.1.1.1/32=none ttl 0 act 3`]);
  t.deepEqual(xtr2.events, ['withdraw-sent']);
  xtr2.acknowledge();

  // Steps 7 and 8: xTR4 still sends here.
  const seen = xtr2.now + 100;
  xtr2.pass(101).punt('stale', REMOTE, HOST, { outerSource: parseAddress('4.4.4.4'), at_ms: seen });
  t.deepEqual(xtr2.lines, ['2.2.2.2 > 4.4.4.4:4342 map-request SD 1.1.1.1 asks 5.5.5.5/32 reply to 2.2.2.2']);
  t.deepEqual(xtr2.events, ['stale-packet', 'smr-sent']);
  t.like(xtr2.effects[0], { event: { kernelTime_ms: seen, peer: parseAddress('4.4.4.4') } });
  t.is(xtr2.xtr.smr.get(prefix(HOST))?.solicited.get('4.4.4.4')?.sent, 1);

  // Nothing is left to do but to wait.
  xtr2.pass(120_000);
  t.deepEqual(xtr2.sent, []);
});

test('acts 2 and 4 at xTR4, the remote site', (t) => {
  const xtr4 = xtr('4.4.4.4', '5.5.5.0/24');
  xtr4.punt('eid-detected', REMOTE, HOST).acknowledge();

  // Step 3: the first packets are held while the mapping is asked for, and go on in order.
  xtr4.punt('map-cache-miss', REMOTE, HOST, { frame: Uint8Array.of(1) });
  t.deepEqual(xtr4.lines, [
    `4.4.4.4 > ${MAP_RESOLVER}:4342 ECM(4.4.4.4 > 1.1.1.1) map-request 5.5.5.5 asks 1.1.1.1/32 reply to 4.4.4.4`,
  ]);
  xtr4.punt('map-cache-miss', REMOTE, HOST, { frame: Uint8Array.of(2) });
  t.deepEqual(xtr4.lines, []);
  xtr4.pass(5).reply('2.2.2.2', record(HOST, ['2.2.2.2']));
  t.deepEqual(xtr4.lines, [
    'map-cache 1.1.1.1/32 -> 2.2.2.2',
    'inject 1 2',
    `keep-neighbours ${MAP_SERVER} ${MAP_RESOLVER} 2.2.2.2`,
  ]);
  t.deepEqual(xtr4.events, ['map-reply-received', 'map-cache-added']);

  // Step 9: the SMR of xTR2, as the field and as we send it.
  const smr = { smr: true, dontMapReply: true, sourceEid: { instanceId: 0, address: parseAddress(HOST) } };
  const field = request({ ...smr, probe: true, itrRlocs: [undefined], records: [prefix(REMOTE)] });
  xtr4.pass(60_000).ask('2.2.2.2', field);
  t.deepEqual(xtr4.lines, [
    `4.4.4.4 > ${MAP_RESOLVER}:4342 ECM(4.4.4.4 > 1.1.1.1) map-request s 5.5.5.5 asks 1.1.1.1/32 reply to 4.4.4.4`,
  ]);
  t.deepEqual(xtr4.events, ['smr-received', 'smr-invoked-map-request-sent']);
  t.deepEqual(xtr4.mapCacheTrie.get('1.1.1.1/32'), xtr4.xtr.mapCache.get(prefix(HOST))?.forwarding);
  t.is(xtr4.counters.get('mapReplyRecordsIn'), 1);

  // Step 10: xTR6 answers.
  xtr4.pass(5).reply('6.6.6.6', record(HOST, ['6.6.6.6']));
  t.deepEqual(xtr4.lines, [
    'map-cache 1.1.1.1/32 -> 6.6.6.6',
    `keep-neighbours ${MAP_SERVER} ${MAP_RESOLVER} 6.6.6.6`,
  ]);
  t.deepEqual(xtr4.events, ['map-reply-received', 'map-cache-updated']);
  t.like(xtr4.xtr.mapCache.get(prefix(HOST)), {
    via: 'map-reply',
    mapSource: parseAddress('6.6.6.6'),
    createdAt_ms: xtr4.now - 60_005,
    modifiedAt_ms: xtr4.now,
  });
});

test('act 3 at xTR6, where the host comes to', (t) => {
  const xtr6 = xtr('6.6.6.6', '1.1.1.0/24');
  // Before the move somebody here talked to the host where it was.
  xtr6.punt('map-cache-miss', '1.1.1.9', HOST).reply('2.2.2.2', record(HOST, ['2.2.2.2']));
  xtr6.sight(HOST);
  t.deepEqual(xtr6.lines, [
    'map-cache 1.1.1.1/32 deleted',
    'local-eid 1.1.1.1/32 local on 7',
    'host-route-add 1.1.1.1 7',
    `6.6.6.6 > ${MAP_SERVER}:4342 map-register 1.1.1.1/32=6.6.6.6`,
    `keep-neighbours ${MAP_SERVER} ${MAP_RESOLVER}`,
  ]);
  xtr6
    .acknowledge()
    .forward(
      request({ smrInvoked: true, itrRlocs: [parseAddress('4.4.4.4')], records: [prefix(HOST)], nonce: 9n }),
    );
  t.deepEqual(xtr6.lines, ['6.6.6.6 > 4.4.4.4:4342 map-reply 1.1.1.1/32=6.6.6.6']);
  t.deepEqual(xtr6.events, ['map-request-received', 'map-reply-sent']);
});
