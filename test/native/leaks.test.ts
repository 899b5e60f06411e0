// SPDX-License-Identifier: Apache-2.0
// File descriptors of /proc/self/fd before and after. The tests of this file share them, so they run one by one.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test, { type ExecutionContext } from 'ava';
import { addon, bpfError, openDescriptors, u32 } from './addon.js';
import { compileBpf, probePins } from './compile.js';
import { mountBpffs } from './sandbox.js';

const probe = compileBpf('test/native/probe.bpf.c');
const broken = compileBpf('test/native/broken.bpf.c');
const ROUNDS = 50;

function leaksNothing(t: ExecutionContext, round: () => void): void {
  round(); // libraries may open files once
  const before = openDescriptors();
  for (let i = 0; i < ROUNDS; i++) round();
  t.is(openDescriptors(), before);
}

test.serial('objects, maps, programs and sockets that are closed', (t) => {
  leaksNothing(t, () => {
    const object = addon.loadObject(probe);
    const handles = [...object.mapNames.map((name) => object.map(name)), addon.openRawSocket(4)];
    const program = object.program('probe_count');
    program.testRun(new Uint8Array(64));
    for (const handle of [...handles, object]) handle.close();
    program.close();
  });
});

test.serial('loads and calls that fail', (t) => {
  const directory = mountBpffs(t);
  const pinPaths = probePins(directory);
  addon.loadObject(probe, { pinPaths, maxEntries: { probe_lpm: 7 } }).close();
  const object = addon.loadObject(probe);
  const [hash, program] = [object.map('probe_hash'), object.program('probe_count')];
  leaksNothing(t, () => {
    bpfError(() => addon.loadObject('/nonexistent'));
    bpfError(() => addon.loadObject(broken));
    bpfError(() => addon.loadObject(broken, { pinPaths }));
    bpfError(() => addon.loadObject(probe, { pinPaths }));
    bpfError(() => addon.loadObject(probe, { maxEntries: { nope: 1 } }));
    bpfError(() => addon.openRingBuffer(hash, 1, () => undefined));
    bpfError(() => addon.openPinnedLink(`${directory}/probe_hash`));
    bpfError(() => program.attachXdp(2 ** 31 - 1, 'native'));
    bpfError(() => hash.lookup(u32()));
  });
  object.close();
});

test.serial('ring buffers', async (t) => {
  const object = addon.loadObject(probe);
  const map = object.map('probe_ring');
  leaksNothing(t, () => addon.openRingBuffer(map, 1, () => undefined).close());
  await new Promise(setImmediate); // libuv closes its handles
  object.close();
  map.close();
  t.pass();
});

test.serial('UDP sockets, also those that cannot be bound', async (t) => {
  const open = (address: readonly number[]) =>
    addon.openUdpSocket(Uint8Array.from(address), 4341, 1 << 16, () => undefined);
  leaksNothing(t, () => {
    open([127, 77, 1, 1]).close();
    bpfError(() => open([198, 51, 100, 1]));
  });
  await new Promise(setImmediate); // libuv closes its handles
  t.pass();
});

test.serial('handles that were not closed are closed by the garbage collector, once each', async (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect(); // handles of the tests above
  await new Promise(setImmediate);
  const before = openDescriptors();
  (() => {
    for (let i = 0; i < ROUNDS; i++) {
      const object = addon.loadObject(probe);
      object.map('probe_hash').close();
      object.map('probe_lpm');
      object.program('probe_count');
      addon.openRawSocket(6);
    }
  })();
  t.true(openDescriptors() > before);
  for (let i = 0; i < 10 && openDescriptors() > before; i++) {
    collect();
    await new Promise(setImmediate);
  }
  t.is(openDescriptors(), before);
});
