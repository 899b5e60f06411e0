// SPDX-License-Identifier: Apache-2.0
// Sequences of link messages, and the calls that follow.
import test from 'ava';
import type { ResolvedInterface } from '#core/ports.js';
import { LinkWatcher } from '#main/link-watcher.js';
import type { Link } from '#netlink/index.js';

const mac = (last: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, last);
const E0: ResolvedInterface = { name: 'e0', roles: ['eid'], instanceId: 0, ifindex: 7, mac: mac(1) };

function link(changes: Partial<Link> = {}): Link {
  return { name: 'e0', ifindex: 7, mac: mac(1), mtu: 1500, up: true, kind: 'veth', ...changes };
}

/** A watcher of e0, and the data path's side of it. */
function watch() {
  const calls: string[] = [];
  const state = { refuse: false };
  const watcher = new LinkWatcher({
    interfaces: [E0],
    dataPath: {
      interfaceChanged({ ifindex, mac: { 5: last } }) {
        if (state.refuse) throw new Error('interface e0: it has an XDP program already');
        calls.push(`attach ${ifindex} ${last}`);
      },
      interfaceGone: (name) => calls.push(`forget ${name}`),
      status: () => ({ pinPath: '', adopted: false, interfaces: [], maps: [] }),
    },
    log: { info: () => undefined, warn: () => undefined },
    changed: (interfaces, made) =>
      calls.push(`changed ${interfaces.map(({ ifindex }) => ifindex).join()}${made ? ' made' : ''}`),
  });
  return { watcher, state, calls: () => calls.splice(0) };
}

test('an unchanged link causes no call', (t) => {
  const { watcher, calls } = watch();
  watcher.links([link()]);
  watcher.linkChanged(link({ up: false, mtu: 1400 }), false);
  watcher.linkChanged(link({ name: 'x9', ifindex: 9 }), false);
  watcher.linkChanged(link({ name: 'x9', ifindex: 9 }), true);
  t.deepEqual(calls(), []);
});

test('deleted and created again, also with the same index', (t) => {
  const { watcher, calls } = watch();
  watcher.linkChanged(link(), true);
  watcher.linkChanged(link(), false);
  t.deepEqual(calls(), ['forget e0', 'changed ', 'attach 7 1', 'changed 7 made']);
});

test('the deletion of the old link is ignored if it is reported after the new one', (t) => {
  const { watcher, calls } = watch();
  watcher.links([link({ ifindex: 8 })]);
  watcher.linkChanged(link(), true);
  t.deepEqual(calls(), ['attach 8 1', 'changed 8 made']);
});

test('a renamed link counts as deleted', (t) => {
  const { watcher, calls } = watch();
  watcher.linkChanged(link({ name: 'other' }), false);
  t.deepEqual(calls(), ['forget e0', 'changed ']);
  t.deepEqual(watcher.interfaces, []);
});

test('a link that is not Ethernet is not used', (t) => {
  const { watcher, calls } = watch();
  watcher.links([link({ ifindex: 8, mac: new Uint8Array() })]);
  t.deepEqual(calls(), ['forget e0', 'changed ']);
  t.regex(watcher.warnings.join(), /^e0 is no Ethernet interface: nothing is forwarded/);
});

test('a refusal of the data path is a warning, and is retried when the interface goes up or down', (t) => {
  const { watcher, state, calls } = watch();
  state.refuse = true;
  watcher.linkChanged(link({ mac: mac(2) }), false);
  t.deepEqual(calls(), ['forget e0', 'changed ']);
  t.regex(watcher.warnings.join(), /^interface e0: it has an XDP program already: nothing is forwarded/);
  state.refuse = false;
  watcher.linkChanged(link({ mac: mac(2) }), false);
  t.deepEqual(calls(), []);
  watcher.linkChanged(link({ mac: mac(2), up: false }), false);
  t.deepEqual(calls(), ['attach 7 2', 'changed 7 made']);
  t.deepEqual(watcher.warnings, []);
});
