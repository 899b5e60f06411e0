// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { type Address, formatAddress, parseAddress } from '#addr/index.js';
import type { Effect } from '#control/contract/effect.js';
import { PATH_MTU_LIFETIME_ms, PathMtus } from '#control/locators/path-mtu.js';
import { RlocReferences } from '#control/locators/rloc-references.js';
import { line } from '#test/control/lines.js';

const A = parseAddress('10.0.0.1');
const B = parseAddress('2001:db8::1');
const ROUTER = parseAddress('10.9.9.9');

class Scene {
  readonly references = new RlocReferences();
  readonly machine = new PathMtus(this.references);
  readonly out: Effect[] = [];

  constructor(...used: readonly Address[]) {
    this.references.add(used);
  }

  learn(mtu_bytes: number, now = 0, rloc = A): string[] {
    this.machine.learn(rloc, mtu_bytes, ROUTER, now, this.out);
    return this.lines();
  }

  route(mtu_bytes: number | undefined, rloc = A): string[] {
    this.machine.inputs['route-mtu']?.({ type: 'route-mtu', rloc, mtu_bytes }, 0, this.out);
    return this.lines();
  }

  expire(now: number): string[] {
    this.machine.expire(now, 100, this.out);
    return this.lines();
  }

  lines(): string[] {
    return this.out
      .splice(0)
      .map((effect) =>
        effect.type === 'event'
          ? `${effect.event.name} ${effect.event.peer ? formatAddress(effect.event.peer) : ''} ${effect.event.detail}`
          : line(effect),
      );
  }
}

test('what a router says counts for ten minutes, then the link again 9300-7.2', (t) => {
  const scene = new Scene(A);
  t.deepEqual(scene.learn(1400, 5), [
    'rloc 10.0.0.1 mtu 1400',
    'path-mtu-changed 10.0.0.1 1400 bytes, 10.9.9.9',
  ]);
  t.like(scene.machine.get(A), { learnt_bytes: 1400 });
  t.is(scene.machine.nextDeadline(), 5 + PATH_MTU_LIFETIME_ms);
  t.deepEqual(scene.expire(4 + PATH_MTU_LIFETIME_ms), []);
  t.deepEqual(scene.expire(5 + PATH_MTU_LIFETIME_ms), [
    'rloc 10.0.0.1 mtu of the link',
    'path-mtu-changed 10.0.0.1 that of the link, tried again',
  ]);
  t.is(scene.machine.size, 0);
});

test('only less is believed; the same again lasts longer', (t) => {
  const scene = new Scene(A);
  scene.learn(1400, 0);
  t.deepEqual(scene.learn(1450, 1), []);
  t.is(scene.machine.nextDeadline(), PATH_MTU_LIFETIME_ms);
  t.deepEqual(scene.learn(1400, 2), []);
  t.is(scene.machine.nextDeadline(), 2 + PATH_MTU_LIFETIME_ms);
  t.is(scene.learn(1300, 3)[0], 'rloc 10.0.0.1 mtu 1300');
});

test('the smaller one of route and path is written', (t) => {
  const scene = new Scene(A);
  t.is(scene.route(1450)[0], 'rloc 10.0.0.1 mtu 1450');
  t.is(scene.learn(1400)[0], 'rloc 10.0.0.1 mtu 1400');
  t.deepEqual(scene.route(1440), []);
  t.is(scene.expire(PATH_MTU_LIFETIME_ms)[0], 'rloc 10.0.0.1 mtu 1440');
  t.is(scene.route(undefined)[0], 'rloc 10.0.0.1 mtu of the link');
});

test('an RLOC that nobody uses has no path MTU', (t) => {
  const scene = new Scene(A);
  t.deepEqual(scene.learn(1400, 0, B), []);
  t.deepEqual(scene.route(1400, B), []);
  scene.learn(1400);
  scene.references.remove([A]);
  scene.machine.forgetUnused(scene.out);
  t.deepEqual(scene.lines(), ['rloc 10.0.0.1 mtu of the link']);
  t.is(scene.machine.size, 0);
  t.is(scene.machine.nextDeadline(), undefined);
});

test('what an earlier agent left holds on, for RLOCs in use', (t) => {
  const scene = new Scene(A);
  const paths = [A, B].map((rloc) => ({ rloc, mtu_bytes: 1400 }));
  scene.machine.recover(paths, 7, scene.out);
  t.deepEqual(scene.lines(), ['rloc 2001:db8::1 mtu of the link']);
  t.is(scene.expire(7 + PATH_MTU_LIFETIME_ms)[0], 'rloc 10.0.0.1 mtu of the link');
});
