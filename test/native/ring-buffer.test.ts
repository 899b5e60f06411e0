// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import type { BpfMap, BpfProgram } from '#native';
import { addon, u64 } from './addon.js';
import { compileBpf } from './compile.js';

const probe = compileBpf('test/native/probe.bpf.c');
const XDP_DROP = 1;
const XDP_PASS = 2;

function open(t: ExecutionContext): { map: BpfMap; program: BpfProgram } {
  const object = addon.loadObject(probe);
  t.teardown(() => object.close());
  return { map: object.map('probe_ring'), program: object.program('probe_record') };
}

function record(program: BpfProgram, ...numbers: readonly number[]): number[] {
  return numbers.map((number) => {
    const packet = new Uint8Array(64);
    packet.set(u64(BigInt(number)));
    return program.testRun(packet).verdict;
  });
}

const numbersOf = (records: readonly Uint8Array[]): number[] =>
  records.map((bytes) => Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)));

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

test('records are delivered in order, at most maxBatch in one turn of the event loop', async (t) => {
  const { map, program } = open(t);
  record(program, ...range(25));
  const batches: number[][] = [];
  const turns: number[] = [];
  let turn = 0;
  let turning = true;
  const tick = (): void => {
    turn++;
    if (turning) setImmediate(tick);
  };
  tick();
  await new Promise<void>((resolve) => {
    const ring = addon.openRingBuffer(map, 10, (records) => {
      batches.push(numbersOf(records));
      turns.push(turn);
      if (batches.flat().length < 25) return;
      ring.close();
      resolve();
    });
  });
  turning = false;
  t.deepEqual(batches, [range(25).slice(0, 10), range(25).slice(10, 20), range(25).slice(20)]);
  t.is(new Set(turns).size, 3);
});

test('a record wakes an idle event loop', async (t) => {
  const { map, program } = open(t);
  for (const number of range(3)) {
    const received = new Promise<number[]>((resolve) => {
      const ring = addon.openRingBuffer(map, 10, (records) => {
        ring.close();
        resolve(numbersOf(records));
      });
    });
    setImmediate(() => record(program, number));
    t.deepEqual(await received, [number]);
  }
});

test('a full ring refuses records until it is read', async (t) => {
  const { map, program } = open(t);
  const verdicts = record(program, ...range(300)); // 16 bytes each, in 4096
  const kept = verdicts.filter((verdict) => verdict === XDP_PASS).length;
  t.true(kept > 200 && kept < 300);
  t.is(verdicts.at(-1), XDP_DROP);
  let seen = 0;
  await new Promise<void>((resolve) => {
    const ring = addon.openRingBuffer(map, 64, (records) => {
      seen += records.length;
      if (seen < kept) return;
      ring.close();
      resolve();
    });
  });
  t.is(seen, kept);
  t.deepEqual(record(program, 1), [XDP_PASS]);
});

test('each record is a separate copy', async (t) => {
  const { map, program } = open(t);
  record(program, 1, 2);
  const records = await new Promise<Uint8Array[]>((resolve) => {
    const ring = addon.openRingBuffer(map, 2, (batch) => {
      ring.close();
      resolve(batch);
    });
  });
  record(program, ...range(250).fill(99));
  t.deepEqual(numbersOf(records), [1, 2]);
  t.not(records[0]?.buffer, records[1]?.buffer);
});

test('wrong maps, batch sizes and listeners are refused', (t) => {
  const object = addon.loadObject(probe);
  const ring = object.map('probe_ring');
  const nothing = (): void => undefined;
  t.throws(() => addon.openRingBuffer(object.map('probe_hash'), 1, nothing), {
    code: 'EINVAL',
    message: /ring_buffer__new/,
  });
  t.throws(() => addon.openRingBuffer({} as BpfMap, 1, nothing), { message: /map has to be a BpfMap/ });
  t.throws(() => addon.openRingBuffer(ring, 0, nothing), { message: /maxBatch has to be at least 1/ });
  t.throws(() => addon.openRingBuffer(ring, 1, undefined as never), {
    message: /onRecords has to be a function/,
  });
  object.close();
});

const inside = fileURLToPath(new URL('./ring-buffer-inside.js', import.meta.url));

test('an exception of the listener is an uncaught exception', (t) => {
  const result = spawnSync(process.execPath, [inside, 'throw', probe], { encoding: 'utf8' });
  t.is(result.status, 1);
  t.regex(result.stderr, /Error: from the listener/);
});

test('delivery continues after an uncaught exception that was handled', (t) => {
  t.is(
    execFileSync(process.execPath, [inside, 'handled', probe], { encoding: 'utf8' }),
    '["from the listener","from the listener"]\n',
  );
});

test('promises of the listener are settled before the next batch', (t) => {
  t.is(execFileSync(process.execPath, [inside, 'microtask', probe], { encoding: 'utf8' }), '["microtask"]\n');
});

test('an open ring buffer keeps the process alive, but process.exit ends it', (t) => {
  t.is(execFileSync(process.execPath, [inside, 'alive', probe], { encoding: 'utf8' }), '["alive"]\n');
});

test('a worker thread may end with an open ring buffer', (t) => {
  t.is(execFileSync(process.execPath, [inside, 'worker', probe], { encoding: 'utf8' }), '["worker ended"]\n');
});
