// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import test, { type ExecutionContext } from 'ava';
import type { BpfProgram } from '#native';
import { addon, asU32, bpfError, u32 } from './addon.js';
import { compileBpf } from './compile.js';

const probe = compileBpf('test/native/probe.bpf.c');
const LOOPBACK = 1;
const XDP_PASS = 2;
const XDP_TX = 3;

function open(t: ExecutionContext, name: string): BpfProgram {
  const object = addon.loadObject(probe);
  t.teardown(() => object.close());
  return object.program(name);
}

test('a program has its name and type', (t) => {
  const program = open(t, 'probe_count');
  t.is(program.name, 'probe_count');
  t.true(program.id > 0);
  t.true(program.translatedBytes > 0);
});

test('a test run returns the verdict, the packet and the duration', (t) => {
  const packet = Uint8Array.from({ length: 100 }, (_, i) => i);
  const repeat = 100_000;
  const program = open(t, 'probe_count');
  const before = process.hrtime.bigint();
  const run = program.testRun(packet, { repeat });
  const elapsed_ns = Number(process.hrtime.bigint() - before);
  t.is(run.verdict, XDP_PASS);
  t.deepEqual(run.packet, packet);
  t.true(run.duration_ns > 0 && run.duration_ns * repeat <= elapsed_ns, `${run.duration_ns} ns`);
});

for (const words of [1, 48])
  test(`a packet may grow by ${4 * words} bytes and knows its interface`, (t) => {
    const packet = new Uint8Array(100).fill(words);
    const run = open(t, 'probe_grow').testRun(packet, { ingressIfindex: LOOPBACK });
    t.is(run.verdict, XDP_TX);
    t.is(run.packet.length, 100 + 4 * words);
    t.deepEqual(run.packet.slice(0, 4), u32(LOOPBACK));
    t.deepEqual(run.packet.slice(4 * words), packet);
  });

test('repeat is the number of runs', (t) => {
  const object = addon.loadObject(probe);
  object.program('probe_count').testRun(new Uint8Array(64), { repeat: 1000 });
  const counts = asU32(object.map('probe_per_cpu_counters').lookup(u32(0)) ?? new Uint8Array());
  t.is(
    counts.reduce((sum, count) => sum + count, 0),
    1000,
  );
  object.close();
});

test('a run that a signal interrupts is repeated', (t) => {
  const object = addon.loadObject(probe);
  t.teardown(() => object.close());
  const program = object.program('probe_count');
  const counted = (): number =>
    asU32(object.map('probe_per_cpu_counters').lookup(u32(0)) ?? new Uint8Array()).reduce((a, b) => a + b);
  // Fewer signals than attempts. They arrive during some run: repeat until one was interrupted.
  const signals = spawn('sh', [
    '-c',
    `for i in 1 2 3 4 5 6 7 8; do sleep 0.1; kill -s URG ${process.pid}; done`,
  ]);
  process.on('SIGURG', () => undefined);
  t.teardown(() => signals.kill());
  const repeat = 1_000_000;
  let asked = 0;
  while (counted() === asked && asked < 1_000 * repeat) {
    t.is(program.testRun(new Uint8Array(64), { repeat }).verdict, XDP_PASS);
    asked += repeat;
  }
  t.true(counted() > asked);
});

test('a packet shorter than an Ethernet header is EINVAL', (t) => {
  t.throws(() => open(t, 'probe_count').testRun(new Uint8Array(5)), {
    code: 'EINVAL',
    message: 'bpf_prog_test_run: 5 bytes on ifindex 0: Invalid argument',
  });
});

test('an unknown interface is ENODEV', (t) => {
  const program = open(t, 'probe_count');
  const ingressIfindex = 2 ** 31 - 1;
  t.is(bpfError(() => program.testRun(new Uint8Array(64), { ingressIfindex })).code, 'ENODEV');
});

test('attaching needs a mode and an interface', (t) => {
  const program = open(t, 'probe_count');
  t.throws(() => program.attachXdp(1, 'fast' as never), {
    code: 'EINVAL',
    message: /mode has to be 'native' or 'generic', not 'fast'/,
  });
  t.throws(() => program.attachXdp(2 ** 31 - 1, 'native'), {
    code: 'EINVAL',
    message: /native XDP on ifindex 2147483647/,
  });
});

test('the versions and the clock', (t) => {
  t.regex(addon.libbpfVersion(), /^\d+\.\d+$/);
  const before = addon.monotonicNs();
  t.true(addon.monotonicNs() >= before);
  t.true(Math.abs(Number(before - process.hrtime.bigint())) < 1e9);
});
