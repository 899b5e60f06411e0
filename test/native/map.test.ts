// SPDX-License-Identifier: Apache-2.0
import test, { type ExecutionContext } from 'ava';
import type { BpfMap } from '#native';
import { addon, asU32, bpfError, u32, u64 } from './addon.js';
import { compileBpf } from './compile.js';

const probe = compileBpf('test/native/probe.bpf.c');

function open(t: ExecutionContext, name: string): BpfMap {
  const object = addon.loadObject(probe);
  t.teardown(() => object.close());
  return object.map(name);
}

test('a map has its type, sizes and name', (t) => {
  t.like(open(t, 'probe_hash'), {
    name: 'probe_hash',
    type: 1,
    keySize: 4,
    valueSize: 8,
    maxEntries: 64,
  });
});

test('the name is complete although the kernel truncates it', (t) => {
  t.is(open(t, 'probe_per_cpu_counters').name, 'probe_per_cpu_counters');
});

test('update, lookup and delete', (t) => {
  const map = open(t, 'probe_hash');
  t.is(map.lookup(u32(1)), undefined);
  map.update(u32(1), u64(10n));
  t.deepEqual(map.lookup(u32(1)), u64(10n));
  t.true(map.delete(u32(1)));
  t.false(map.delete(u32(1)));
});

test('update flags reach the kernel', (t) => {
  const map = open(t, 'probe_hash');
  t.is(bpfError(() => map.update(u32(1), u64(1n), 2)).code, 'ENOENT');
  map.update(u32(1), u64(1n), 1);
  t.is(bpfError(() => map.update(u32(1), u64(1n), 1)).code, 'EEXIST');
});

test('a full map is E2BIG', (t) => {
  const map = open(t, 'probe_hash');
  for (let i = 0; i < 64; i++) map.update(u32(i), u64(0n));
  t.throws(() => map.update(u32(64), u64(0n)), {
    code: 'E2BIG',
    message: 'bpf_map_update_elem: probe_hash: Argument list too long',
  });
});

test('a Buffer that is part of a larger one works', (t) => {
  const map = open(t, 'probe_hash');
  map.update(Buffer.from([9, 9, 1, 0, 0, 0, 9]).subarray(2, 6), u64(5n));
  t.deepEqual(map.lookup(u32(1)), u64(5n));
});

const sizes: readonly [string, (map: BpfMap) => unknown, RegExp][] = [
  ['lookup', (map) => map.lookup(new Uint8Array(3)), /key has to have 4 bytes, not 3/],
  ['update, key', (map) => map.update(new Uint8Array(5), u64(0n)), /key has to have 4 bytes, not 5/],
  ['update, value', (map) => map.update(u32(0), u32(0)), /value has to have 8 bytes, not 4/],
  ['update, flags', (map) => map.update(u32(0), u64(0n), -1), /flags has to be an integer/],
  ['delete', (map) => map.delete(new Uint8Array()), /key has to have 4 bytes, not 0/],
  ['keys, limit', (map) => map.keys(NaN), /limit has to be an integer/],
  ['keys, after', (map) => map.keys(1, new Uint8Array(3)), /after has to have 4 bytes, not 3/],
  ['updateBatch, keys', (map) => map.updateBatch(u32(0), u64(0n, 0n), 2), /keys has to have 8 bytes, not 4/],
  [
    'updateBatch, values',
    (map) => map.updateBatch(u32(0, 1), u64(0n), 2),
    /values has to have 16 bytes, not 8/,
  ],
  ['a number for a key', (map) => map.lookup(1 as never), /key has to be a Uint8Array/],
  ['a wider array for a key', (map) => map.lookup(new Uint32Array(1) as never), /key has to be a Uint8Array/],
];
for (const [title, call, message] of sizes)
  test(`a wrong argument is EINVAL: ${title}`, (t) => {
    t.throws(() => call(open(t, 'probe_hash')), { code: 'EINVAL', message });
  });

test('keys are read in pages', (t) => {
  const map = open(t, 'probe_hash');
  for (let i = 0; i < 10; i++) map.update(u32(i), u64(0n));
  const seen: number[] = [];
  for (let page = map.keys(4); page.length > 0; page = map.keys(4, page.slice(-4))) {
    t.true(page.length <= 16);
    seen.push(...asU32(page));
  }
  t.deepEqual(
    seen.sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
});

test('an empty map has no keys, and a limit of 0 returns none', (t) => {
  const map = open(t, 'probe_hash');
  t.is(map.keys(10).length, 0);
  map.update(u32(1), u64(1n));
  t.is(map.keys(0).length, 0);
});

test('a per-CPU map has one value for each possible CPU, padded to 8 bytes', (t) => {
  const map = open(t, 'probe_per_cpu_counters');
  const cpus = addon.numPossibleCpus();
  t.is(map.valueSize, 8 * cpus);
  map.update(u32(1), u64(...Array.from({ length: cpus }, (_, cpu) => BigInt(cpu + 1))));
  t.deepEqual(
    asU32(map.lookup(u32(1)) ?? new Uint8Array()).filter((_, i) => i % 2 === 0),
    Array.from({ length: cpus }, (_, cpu) => cpu + 1),
  );
});

test('an array has no element beyond its end', (t) => {
  t.is(open(t, 'probe_per_cpu_counters').lookup(u32(2)), undefined);
});

function lpmKeys(count: number): Uint8Array {
  return Uint8Array.from(
    { length: count * 8 },
    (_, i) => [32, 0, 0, 0, 10, 0, 0, Math.trunc(i / 8)][i % 8] ?? 0,
  );
}

test('a batch of LPM entries', (t) => {
  const map = open(t, 'probe_lpm');
  t.is(map.updateBatch(lpmKeys(64), u32(...Array.from({ length: 64 }, (_, i) => i)), 64), 64);
  t.deepEqual(map.lookup(Uint8Array.of(32, 0, 0, 0, 10, 0, 0, 63)), u32(63));
});

test('a batch ends at the first entry that does not fit, and returns how many were written', (t) => {
  const map = open(t, 'probe_lpm');
  t.is(map.updateBatch(lpmKeys(70), new Uint8Array(70 * 4), 70), 64);
  t.is(map.updateBatch(lpmKeys(70).slice(64 * 8), new Uint8Array(6 * 4), 6), 0);
});

test('a batch ends at an entry that the kernel refuses', (t) => {
  const map = open(t, 'probe_lpm');
  const keys = lpmKeys(3);
  keys[8] = 33; // a prefix longer than the key
  t.is(map.updateBatch(keys, new Uint8Array(12), 3), 1);
});

test('an empty batch', (t) => {
  t.is(open(t, 'probe_lpm').updateBatch(new Uint8Array(), new Uint8Array(), 0), 0);
});

test('a map type without batches is written one by one', (t) => {
  const map = open(t, 'probe_ports'); // a devmap
  const loopback = u32(1, 0);
  t.is(map.updateBatch(u32(1, 2), Uint8Array.of(...loopback, ...loopback), 2), 2);
  t.deepEqual(map.lookup(u32(2)), loopback);
});

test('a closed map is EBADF', (t) => {
  const map = open(t, 'probe_hash');
  map.close();
  map.close();
  for (const call of [
    () => map.lookup(u32(0)),
    () => map.update(u32(0), u64(0n)),
    () => map.delete(u32(0)),
    () => map.updateBatch(u32(0), u64(0n), 1),
    () => map.keys(1),
    () => addon.openRingBuffer(map, 1, () => undefined),
  ])
    t.throws(call, { name: 'BpfError', code: 'EBADF', message: /used after close/ });
});
