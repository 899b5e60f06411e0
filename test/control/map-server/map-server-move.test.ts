// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { formatAddress } from '#addr/index.js';
import { Etr, mapRequest, record, rlocs, Scene, withdrawal } from './map-server-scene.js';

const HOST = '1.1.1.1/32';

function story() {
  const scene = new Scene();
  return { scene, xtr2: new Etr('2.2.2.2', 0x22n), xtr6: new Etr('6.6.6.6', 0x66n) };
}

test('the whole move of the story: register, move, notify, ack, withdraw, SMR-invoked Map-Request', (t) => {
  const { scene, xtr2, xtr6 } = story();
  const learnt = scene.register(xtr2.register([record(HOST, ['2.2.2.2'])]), { from: '2.2.2.2' });
  t.deepEqual(learnt.eventNames, ['map-register-accepted', 'map-notify-sent']);
  t.is(learnt.notifies()[0]?.path, '10.0.0.1 > 2.2.2.2:4342');

  const first = scene.request(mapRequest(['1.1.1.1/32']));
  t.deepEqual(
    first.sends.map(({ to }) => formatAddress(to)),
    ['2.2.2.2'],
  );

  scene.now += 10_000;
  const moved = scene.register(xtr6.register([record(HOST, ['6.6.6.6'])]), { from: '6.6.6.6' });
  t.deepEqual(
    moved.effects.map((effect) => (effect.type === 'event' ? effect.event.name : effect.type)),
    ['map-register-accepted', 'send', 'map-notify-sent', 'send', 'map-notify-sent'],
  );
  t.deepEqual(
    moved.notifies().map(({ path }) => path),
    ['10.0.0.1 > 6.6.6.6:4342', '10.0.0.1 > 2.2.2.2:4342'],
  );
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 6.6.6.6']);

  const notify = moved.notifies()[1]?.message;
  if (notify === undefined) return t.fail();
  const acked = scene.acknowledge(notify, { from: '2.2.2.2' });
  t.deepEqual(acked.eventNames, ['map-notify-ack-received']);
  const withdrawn = scene.register(xtr2.register([withdrawal(HOST)]), { from: '2.2.2.2' });
  t.deepEqual(withdrawn.eventNames, ['map-notify-sent']);
  t.is(withdrawn.notifies()[0]?.message.nonce, xtr2.nonce);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 6.6.6.6']);

  const again = scene.request(mapRequest(['1.1.1.1/32'], { smrInvoked: true }));
  t.deepEqual(
    again.sends.map(({ to }) => formatAddress(to)),
    ['6.6.6.6'],
  );
  t.is(again.events[0]?.detail, 'SMR-invoked');
  return t.is(scene.server.pendingNotifyCount, 0);
});

test('the unsolicited Map-Notify has the new locators, the registered TTL, its own nonce and the xTR-ID of the previous ETR', (t) => {
  const { scene, xtr2, xtr6 } = story();
  scene.register(xtr2.register([record(HOST, ['2.2.2.2'])]), { from: '2.2.2.2' });
  const moved = scene.register(xtr6.register([record(HOST, ['6.6.6.6'], { ttl_min: 7 })]), {
    from: '6.6.6.6',
  });
  const message = moved.notifies()[1]?.message;
  t.is(message?.nonce, 0xa001n);
  t.deepEqual(message?.identity, { xtrId: 0x22n, siteId: 0n });
  t.is(message?.records.length, 1);
  const [told] = message?.records ?? [];
  t.is(told && rlocs(told.locators), '6.6.6.6');
  t.is(told?.ttl_min, 7);
  t.false(told?.authoritative);
  t.false(told?.locators[0]?.local);
});

test('when a host comes back, the Map-Notify about its move is not retransmitted', (t) => {
  const { scene, xtr2, xtr6 } = story();
  scene.register(xtr2.register([record(HOST, ['2.2.2.2'])]), { from: '2.2.2.2' });
  scene.register(xtr6.register([record(HOST, ['6.6.6.6'])]), { from: '6.6.6.6' });
  scene.register(xtr2.register([record(HOST, ['2.2.2.2'])]), { from: '2.2.2.2' });
  t.is(scene.server.pendingNotifyCount, 1);
  // RFC 9301 section 5.7: six retransmissions, all to the ETR that lost the host last.
  t.deepEqual(
    scene
      .advance(120_000)
      .notifies()
      .map(({ path }) => path),
    Array.from({ length: 6 }, () => '10.0.0.1 > 6.6.6.6:4342'),
  );
});

test('an ETR that changes its RLOC gets no Map-Notify about itself', (t) => {
  const { scene, xtr2 } = story();
  scene.register(xtr2.register([record(HOST, ['2.2.2.2'])]), { from: '2.2.2.2' });
  const renumbered = scene.register(xtr2.register([record(HOST, ['2.2.2.9'])]), { from: '2.2.2.9' });
  t.deepEqual(renumbered.paths, ['10.0.0.1 > 2.2.2.9:4342'], 'the acknowledgement alone');
  t.is(scene.server.pendingNotifyCount, 0);
});

test('an ETR whose RLOC is still in the locator-set gets no Map-Notify', (t) => {
  const { scene, xtr2, xtr6 } = story();
  scene.register(xtr2.register([record(HOST, ['2.2.2.2', '3.3.3.3'])]), { from: '2.2.2.2' });
  const changed = scene.register(xtr6.register([record(HOST, ['2.2.2.2', '6.6.6.6'])]), { from: '6.6.6.6' });
  t.is(changed.sends.length, 1);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 2.2.2.2 6.6.6.6']);
});

test('ETRs that register the same complete locator-set coexist', (t) => {
  const { scene, xtr2, xtr6 } = story();
  const both = ['2.2.2.2', '6.6.6.6'];
  for (let round = 0; round < 3; round++) {
    scene.register(xtr2.register([record(HOST, both)]), { from: '2.2.2.2' });
    const second = scene.register(xtr6.register([record(HOST, both)]), { from: '6.6.6.6' });
    t.is(second.sends.length, 1);
    scene.now += 60_000;
  }
  t.is(scene.server.registrationCount, 2);
  t.is(scene.server.registrations.size, 1);
});

test('an ETR that changes its own locators causes no Map-Notify', (t) => {
  const { scene, xtr2 } = story();
  scene.register(xtr2.register([record(HOST, ['2.2.2.2'])]), { from: '2.2.2.2' });
  const changed = scene.register(xtr2.register([record(HOST, ['3.3.3.3'])]), { from: '3.3.3.3' });
  t.is(changed.sends.length, 1);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 3.3.3.3']);
});

test('without xTR-IDs, ETRs are distinguished by their RLOCs', (t) => {
  const scene = new Scene();
  scene.register(new Etr('2.2.2.2', undefined).register([record(HOST, ['2.2.2.2'])]), { from: '2.2.2.2' });
  const moved = scene.register(new Etr('6.6.6.6', undefined).register([record(HOST, ['6.6.6.6'])]), {
    from: '6.6.6.6',
  });
  t.is(moved.notifies()[1]?.path, '10.0.0.1 > 2.2.2.2:4342');
  t.is(moved.notifies()[1]?.message.identity, undefined);
});

test('a move between IPv4 and IPv6 RLOCs: each ETR gets the Map-Notify over its own family', (t) => {
  const { scene, xtr2 } = story();
  scene.register(xtr2.register([record(HOST, ['2.2.2.2'])]), { from: '2.2.2.2' });
  const xtr6 = new Etr('2001:db8::6', 0x66n);
  const moved = scene.register(xtr6.register([record(HOST, ['2001:db8::6'])]), { from: '2001:db8::6' });
  t.deepEqual(
    moved.notifies().map(({ path }) => path),
    ['2001:db8:ffff::1 > 2001:db8::6:4342', '10.0.0.1 > 2.2.2.2:4342'],
  );
});

test('equal EIDs of different instance IDs are distinct', (t) => {
  const { scene, xtr2, xtr6 } = story();
  scene.register(xtr2.register([record(HOST, ['2.2.2.2'])]), { from: '2.2.2.2' });
  const other = scene.register(xtr6.register([record(`[7]${HOST}`, ['6.6.6.6'])]), { from: '6.6.6.6' });
  t.is(other.sends.length, 1);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 2.2.2.2', '[7]1.1.1.1/32 -> 6.6.6.6']);
});

test('9301-5.6-D05: with the merge bit the locator-sets of ETRs are united', (t) => {
  const { scene, xtr2, xtr6 } = story();
  scene.register(xtr2.register([record(HOST, ['2.2.2.2'])], { merge: true }), { from: '2.2.2.2' });
  const joined = scene.register(xtr6.register([record(HOST, ['6.6.6.6'])], { merge: true }), {
    from: '6.6.6.6',
  });
  t.is(joined.sends.length, 1);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 2.2.2.2 6.6.6.6']);
});

test('withdrawing from a merged locator-set leaves the rest', (t) => {
  const { scene, xtr2, xtr6 } = story();
  scene.register(xtr2.register([record(HOST, ['2.2.2.2'])], { merge: true }), { from: '2.2.2.2' });
  scene.register(xtr6.register([record(HOST, ['6.6.6.6'])], { merge: true }), { from: '6.6.6.6' });
  const withdrawn = scene.register(xtr2.register([withdrawal(HOST)]), { from: '2.2.2.2' });
  t.deepEqual(withdrawn.eventNames, ['registration-withdrawn', 'map-notify-sent']);
  t.deepEqual(withdrawn.events[0]?.rlocs?.map(formatAddress), ['6.6.6.6']);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 6.6.6.6']);
});

test('the last withdrawal removes the EID-prefix', (t) => {
  const { scene, xtr2 } = story();
  scene.register(xtr2.register([record(HOST, ['2.2.2.2'])]), { from: '2.2.2.2' });
  scene.register(xtr2.register([withdrawal(HOST)]), { from: '2.2.2.2' });
  t.deepEqual(scene.table, []);
  t.is(scene.server.registrationCount, 0);
  t.is(scene.server.nextDeadline(), undefined);
});

test('one message may register and withdraw; unchanged EID-prefixes cause no event', (t) => {
  const { scene, xtr2 } = story();
  scene.register(xtr2.register([record('1.1.1.1/32', ['2.2.2.2']), record('1.1.1.2/32', ['2.2.2.2'])]), {
    from: '2.2.2.2',
  });
  const both = scene.register(
    xtr2.register([
      record('1.1.1.1/32', ['2.2.2.2']),
      withdrawal('1.1.1.2/32'),
      record('1.1.1.3/32', ['2.2.2.2']),
    ]),
    { from: '2.2.2.2' },
  );
  t.deepEqual(both.eventNames, ['registration-withdrawn', 'map-register-accepted', 'map-notify-sent']);
  t.deepEqual(scene.table, ['1.1.1.1/32 -> 2.2.2.2', '1.1.1.3/32 -> 2.2.2.2']);
});
