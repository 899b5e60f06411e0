// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { type Address, formatAddress, parseAddress } from '#addr/index.js';
import type { Effect } from '#control/contract/effect.js';
import type { RlocReportSource } from '#control/contract/inputs.js';
import type { LocatorState } from '#control/locators/locator-state.js';
import { Reachability, RECOVERED_DOWN_ms } from '#control/locators/reachability.js';
import { RlocReferences } from '#control/locators/rloc-references.js';
import { line } from '#test/control/lines.js';

const A = parseAddress('10.0.0.1');
const B = parseAddress('2001:db8::1');

/** A Reachability with RLOCs in use, and its effects. */
class Scene {
  readonly references = new RlocReferences();
  readonly machine = new Reachability(this.references);
  readonly out: Effect[] = [];

  constructor(...used: readonly Address[]) {
    this.references.add(used);
  }

  says(source: RlocReportSource, up: boolean, now = 0, rloc = A): string[] {
    this.machine.reported({ rloc, source, up }, now, this.out);
    return this.lines();
  }

  /** Effects since the last call. */
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

test('an RLOC is up until a source reports it down, which is reported once', (t) => {
  const scene = new Scene(A);
  t.deepEqual(scene.says('probe', true), []);
  t.is(scene.machine.get(A), undefined);
  t.deepEqual(scene.says('probe', false, 5), ['rloc 10.0.0.1 down', 'rloc-down 10.0.0.1 probe']);
  t.deepEqual(scene.says('probe', false, 6), []);
  t.like(scene.machine.get(A), { up: false, reason: 'probe', changedAt_ms: [5] });
  t.deepEqual(scene.says('probe', true, 7), ['rloc 10.0.0.1 up', 'rloc-up 10.0.0.1 probe']);
  t.like(scene.machine.get(A), { up: true, reason: undefined, changedAt_ms: [5, 7] });
});

test('it is up again when no source reports it down any more', (t) => {
  const scene = new Scene(A);
  scene.says('route', false);
  t.deepEqual(scene.says('icmp', false), []);
  t.deepEqual(scene.says('route', true), []);
  t.like(scene.machine.get(A), { up: false, reason: 'icmp' });
  t.deepEqual(scene.says('probe', true), []);
  t.deepEqual(scene.says('icmp', true), ['rloc 10.0.0.1 up', 'rloc-up 10.0.0.1 icmp']);
});

test('an RLOC without references has no state', (t) => {
  const scene = new Scene(A, B);
  t.deepEqual(scene.says('probe', false, 0, parseAddress('9.9.9.9')), []);
  scene.says('probe', false);
  t.deepEqual(scene.says('probe', false, 0, B), ['rloc 2001:db8::1 down', 'rloc-down 2001:db8::1 probe']);
  scene.references.remove([A]);
  scene.machine.forgetUnused(scene.out);
  t.deepEqual(scene.lines(), ['rloc 10.0.0.1 up']);
  t.is(scene.machine.get(A), undefined);
  t.like(scene.machine.get(B), { up: false });
});

test('an RLOC recovered as down stays down until a source reports, or for a minute', (t) => {
  const scene = new Scene(A, B);
  scene.machine.recover([A, B, parseAddress('9.9.9.9')], 0, scene.out);
  t.deepEqual(scene.lines(), ['rloc 9.9.9.9 up']);
  t.like(scene.machine.get(A), { up: false, reason: 'recovered' });
  t.deepEqual(scene.says('probe', true, 1, B), ['rloc 2001:db8::1 up', 'rloc-up 2001:db8::1 probe']);
  t.is(scene.machine.nextDeadline(), RECOVERED_DOWN_ms);
  scene.machine.expire(RECOVERED_DOWN_ms - 1, 1, scene.out);
  t.deepEqual(scene.lines(), []);
  scene.machine.expire(RECOVERED_DOWN_ms, 1, scene.out);
  t.deepEqual(scene.lines(), ['rloc 10.0.0.1 up', 'rloc-up 10.0.0.1 not confirmed']);
  t.is(scene.machine.nextDeadline(), undefined);
});

test('an RLOC recovered as down and reported down stays down', (t) => {
  const scene = new Scene(A);
  scene.machine.recover([A], 0, scene.out);
  t.deepEqual(scene.says('probe', false, 1), []);
  scene.machine.expire(RECOVERED_DOWN_ms, 1, scene.out);
  t.deepEqual(scene.lines(), []);
  t.like(scene.machine.get(A), { up: false, reason: 'probe' });
});

test('the shown states of a mapping follow; a locator that the mapping forbids keeps its state', (t) => {
  const scene = new Scene(A, B);
  const state = (rloc: Address, of: LocatorState['state']): LocatorState => ({
    ...{ rloc, priority: 1, weight: 1, state: of, since_ms: 10, stateChanges: 1, lastStateChange_ms: 10 },
  });
  const locators = [state(A, 'up'), state(A, 'admin-down'), state(A, 'down'), state(B, 'up')];
  t.is(scene.machine.statesOf(locators), locators);
  for (const [now, up] of [
    [5, false],
    [6, true],
    [20, false],
  ] as const)
    scene.says('probe', up, now);
  t.deepEqual(scene.machine.statesOf(locators), [
    { ...state(A, 'down'), stateChanges: 2, lastStateChange_ms: 20 },
    ...locators.slice(1),
  ]);
});
