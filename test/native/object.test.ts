// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { addon, bpfError } from './addon.js';
import { compileBpf } from './compile.js';

const probe = compileBpf('test/native/probe.bpf.c');

test('an object lists its maps and programs', (t) => {
  const object = addon.loadObject(probe);
  t.deepEqual([...object.mapNames].sort(), [
    'probe_hash',
    'probe_lpm',
    'probe_per_cpu_counters',
    'probe_ports',
    'probe_ring',
  ]);
  t.deepEqual([...object.programNames].sort(), [
    'probe_count',
    'probe_count_too',
    'probe_grow',
    'probe_record',
    'probe_redirect',
  ]);
  object.close();
});

test('a missing file is ENOENT, with what libbpf printed', (t) => {
  t.like(
    bpfError(() => addon.loadObject('/nonexistent.bpf.o')),
    {
      name: 'BpfError',
      code: 'ENOENT',
      errno: 2,
      operation: 'bpf_object__open',
      message: 'bpf_object__open: /nonexistent.bpf.o: No such file or directory',
      log: 'libbpf: elf: failed to open /nonexistent.bpf.o: No such file or directory\n',
    },
  );
});

test('a file that is not an ELF object is refused', (t) => {
  const error = bpfError(() => addon.loadObject('/proc/self/cmdline'));
  t.is(error.operation, 'bpf_object__open');
  t.regex(error.log ?? '', /not a valid|elf/i);
});

test('the error of a refused program has the whole log of the verifier', (t) => {
  const error = bpfError(() => addon.loadObject(compileBpf('test/native/broken.bpf.c')));
  t.like(error, { code: 'EACCES', errno: 13, operation: 'bpf_object__load' });
  t.regex(error.log ?? '', /invalid access to packet/);
  t.regex(error.log ?? '', /processed \d+ insns/);
});

test('the log of one call is not in the error of the next one', (t) => {
  bpfError(() => addon.loadObject('/nonexistent-1'));
  t.notRegex(bpfError(() => addon.loadObject('/nonexistent-2')).log ?? '', /nonexistent-1/);
});

test('maxEntries replaces the sizes that the object was compiled with', (t) => {
  const object = addon.loadObject(probe, { maxEntries: { probe_hash: 7, probe_ring: 8192 } });
  t.is(object.map('probe_hash').maxEntries, 7);
  t.is(object.map('probe_ring').maxEntries, 8192);
  t.is(object.map('probe_lpm').maxEntries, 64);
  object.close();
});

const wrong: readonly [string, readonly unknown[], RegExp][] = [
  ['no path', [], /path has to be a string/],
  ['an empty path', [''], /path has to be a string that is not empty/],
  ['a path with NUL', ['a\0b'], /no NUL character/],
  ['options that are not an object', [probe, 3], /options has to be an object/],
  [
    'a pin path that is not a string',
    [probe, { pinPaths: { probe_hash: 3 } }],
    /options.pinPaths.probe_hash has to be a string/,
  ],
  ['a pin of an unknown map', [probe, { pinPaths: { nope: '/x' } }], /pinPaths names map nope/],
  ['an unknown map', [probe, { maxEntries: { nope: 1 } }], /names map nope, which the object does not have/],
  [
    'a negative size',
    [probe, { maxEntries: { probe_hash: -1 } }],
    /maxEntries.probe_hash has to be an integer/,
  ],
  [
    'a broken size',
    [probe, { maxEntries: { probe_hash: 1.5 } }],
    /maxEntries.probe_hash has to be an integer/,
  ],
];
for (const [title, args, message] of wrong)
  test(`loadObject refuses ${title}`, (t) => {
    const load = addon.loadObject as (...args: readonly unknown[]) => unknown;
    t.throws(() => load(...args), { code: 'EINVAL', message });
  });

test('unknown maps and programs are ENOENT', (t) => {
  const object = addon.loadObject(probe);
  t.like(
    bpfError(() => object.map('nope')),
    { code: 'ENOENT', operation: 'bpf_object__find_map_by_name' },
  );
  t.like(
    bpfError(() => object.program('nope')),
    { code: 'ENOENT', operation: 'bpf_object__find_program_by_name' },
  );
  object.close();
});

test('a closed object is EBADF; its maps and programs stay valid', (t) => {
  const object = addon.loadObject(probe);
  const map = object.map('probe_hash');
  const program = object.program('probe_count');
  object.close();
  object.close();
  t.is(bpfError(() => object.map('probe_hash')).code, 'EBADF');
  t.is(bpfError(() => object.mapNames).code, 'EBADF');
  t.is(map.lookup(new Uint8Array(4)), undefined);
  t.is(program.testRun(new Uint8Array(64)).verdict, 2);
});

test('constructors cannot be called from JavaScript, and methods not on other objects', (t) => {
  const object = addon.loadObject(probe);
  const map = object.map('probe_hash');
  const program = object.program('probe_count');
  const constructor = map.constructor as new (...args: unknown[]) => unknown;
  t.is(bpfError(() => new constructor()).code, 'EINVAL');
  t.is(bpfError(() => new constructor(object)).code, 'EINVAL');
  t.throws(() => map.lookup.call(program as never, new Uint8Array(4)), { instanceOf: TypeError });
  object.close();
});
