// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs';
import test from 'ava';
import { addon, bpfError, u32, u64 } from './addon.js';
import { compileBpf, probePins } from './compile.js';
import { mountBpffs } from './sandbox.js';

const probe = compileBpf('test/native/probe.bpf.c');

test('maps are pinned under their names', (t) => {
  const directory = mountBpffs(t);
  const pinPaths = probePins(directory);
  addon.loadObject(probe, { pinPaths }).close();
  t.deepEqual(readdirSync(directory), [
    'probe_hash',
    'probe_lpm',
    'probe_per_cpu_counters',
    'probe_ports',
    'probe_ring',
  ]);
});

test('a second load reuses pinned maps, also devmaps', (t) => {
  const directory = mountBpffs(t);
  const pinPaths = probePins(directory);
  const first = addon.loadObject(probe, { pinPaths });
  first.map('probe_hash').update(u32(1), u64(42n));
  first.map('probe_ports').update(u32(1), u32(1, 0));
  first.close();
  const second = addon.loadObject(probe, { pinPaths });
  t.deepEqual(second.map('probe_hash').lookup(u32(1)), u64(42n));
  t.deepEqual(second.map('probe_ports').lookup(u32(1)), u32(1, 0));
  second.close();
});

test('the programs of a second load use the pinned maps', (t) => {
  const directory = mountBpffs(t);
  const pinPaths = probePins(directory);
  addon.loadObject(probe, { pinPaths }).close();
  const a = addon.loadObject(probe, { pinPaths });
  const b = addon.loadObject(probe, { pinPaths });
  a.program('probe_count').testRun(new Uint8Array(64));
  const counts = b.map('probe_per_cpu_counters').lookup(u32(0));
  t.is(
    counts?.reduce((sum, byte) => sum + byte, 0),
    1,
  );
  a.close();
  b.close();
});

test('a pinned map of another size is refused, and the error names the difference', (t) => {
  const directory = mountBpffs(t);
  const pinPaths = probePins(directory);
  addon.loadObject(probe, { pinPaths, maxEntries: { probe_hash: 7 } }).close();
  t.like(
    bpfError(() => addon.loadObject(probe, { pinPaths })),
    {
      code: 'EEXIST',
      operation: 'bpf_map__reuse_fd',
      message: `bpf_map__reuse_fd: ${directory}/probe_hash is pinned with max_entries 7 instead of 64: File exists`,
    },
  );
});

test('a map without a pin path is not pinned: each load has its own map', (t) => {
  const { probe_hash = '' } = probePins(mountBpffs(t));
  const [a, b] = [0, 1].map(() => addon.loadObject(probe, { pinPaths: { probe_hash } }));
  a?.map('probe_hash').update(u32(1), u64(42n));
  a?.program('probe_count').testRun(new Uint8Array(64));
  t.deepEqual(b?.map('probe_hash').lookup(u32(1)), u64(42n));
  t.true(
    b
      ?.map('probe_per_cpu_counters')
      .lookup(u32(0))
      ?.every((byte) => byte === 0),
  );
  a?.close();
  b?.close();
});

test('a pinned map is opened by its path, without an object', (t) => {
  const directory = mountBpffs(t);
  const object = addon.loadObject(probe, { pinPaths: probePins(directory) });
  object.map('probe_hash').update(u32(1), u64(42n));
  object.close();
  const map = addon.openPinnedMap(`${directory}/probe_hash`);
  t.like(map, { name: 'probe_hash', keySize: 4, valueSize: 8, maxEntries: 64 });
  t.deepEqual(map.lookup(u32(1)), u64(42n));
  map.close();
  t.like(
    bpfError(() => addon.openPinnedMap(`${directory}/none`)),
    { code: 'ENOENT', operation: 'bpf_obj_get' },
  );
});

test('pins need a BPF file system', (t) => {
  const error = bpfError(() => addon.loadObject(probe, { pinPaths: probePins('/tmp') }));
  t.is(error.operation, 'bpf_object__load');
  t.regex(error.log ?? '', /not in BPF FS|not on BPF FS|BPF FS/i);
});

test('a load that fails leaves no pins', (t) => {
  const directory = mountBpffs(t);
  const pinPaths = probePins(directory);
  bpfError(() => addon.loadObject(compileBpf('test/native/broken.bpf.c'), { pinPaths }));
  t.deepEqual(readdirSync(directory), []);
});
