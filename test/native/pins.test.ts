// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs';
import test from 'ava';
import { addon, bpfError, u32, u64 } from './addon.js';
import { compileBpf } from './compile.js';
import { mountBpffs } from './sandbox.js';

const probe = compileBpf('test/native/probe.bpf.c');

test('maps are pinned under their names', (t) => {
  const pinDirectory = mountBpffs(t);
  addon.loadObject(probe, { pinDirectory }).close();
  t.deepEqual(readdirSync(pinDirectory), [
    'probe_hash',
    'probe_lpm',
    'probe_per_cpu_counters',
    'probe_ports',
    'probe_ring',
  ]);
});

test('a second load takes over what is pinned, devmaps too', (t) => {
  const pinDirectory = mountBpffs(t);
  const first = addon.loadObject(probe, { pinDirectory });
  first.map('probe_hash').update(u32(1), u64(42n));
  first.map('probe_ports').update(u32(1), u32(1, 0));
  first.close();
  const second = addon.loadObject(probe, { pinDirectory });
  t.deepEqual(second.map('probe_hash').lookup(u32(1)), u64(42n));
  t.deepEqual(second.map('probe_ports').lookup(u32(1)), u32(1, 0));
  second.close();
});

test('the programs of a second load use the pinned maps', (t) => {
  const pinDirectory = mountBpffs(t);
  addon.loadObject(probe, { pinDirectory }).close();
  const a = addon.loadObject(probe, { pinDirectory });
  const b = addon.loadObject(probe, { pinDirectory });
  a.program('probe_count').testRun(new Uint8Array(64));
  const counts = b.map('probe_per_cpu_counters').lookup(u32(0));
  t.is(
    counts?.reduce((sum, byte) => sum + byte, 0),
    1,
  );
  a.close();
  b.close();
});

test('a pin of another size is refused, and what differs is said', (t) => {
  const pinDirectory = mountBpffs(t);
  addon.loadObject(probe, { pinDirectory, maxEntries: { probe_hash: 7 } }).close();
  t.like(
    bpfError(() => addon.loadObject(probe, { pinDirectory })),
    {
      code: 'EEXIST',
      operation: 'bpf_map__reuse_fd',
      message: `bpf_map__reuse_fd: ${pinDirectory}/probe_hash is pinned with max_entries 7 instead of 64: File exists`,
    },
  );
});

test('pins need a BPF file system', (t) => {
  const error = bpfError(() => addon.loadObject(probe, { pinDirectory: '/tmp' }));
  t.is(error.operation, 'bpf_object__load');
  t.regex(error.log ?? '', /not in BPF FS|not on BPF FS|BPF FS/i);
});

test('a load that fails leaves no pins', (t) => {
  const pinDirectory = mountBpffs(t);
  bpfError(() => addon.loadObject(compileBpf('test/native/broken.bpf.c'), { pinDirectory }));
  t.deepEqual(readdirSync(pinDirectory), []);
});
