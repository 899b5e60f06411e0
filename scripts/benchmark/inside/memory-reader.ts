// SPDX-License-Identifier: Apache-2.0
// Reads tables of the kernel at random, on one CPU.
import type { BpfProgram } from '#native';
import { loadNative } from '#datapath/native.js';
import { objectPath } from '#scripts/packets/objects.js';
import { serve } from './serve.js';

/** Of one run of the program (bpf/bench/memory.bpf.c). */
const READS = 64;
const REPEAT = 10_000;
const LINE_BYTES = 64;
const FRAME = new Uint8Array(64);

const native = loadNative();
const programs = new Map<number, BpfProgram>();

function programFor(table_MB: number): BpfProgram {
  let program = programs.get(table_MB);
  if (program === undefined) {
    const lines = (table_MB * 2 ** 20) / LINE_BYTES;
    const object = native.loadObject(objectPath('memory'), { maxEntries: { bench_lines: lines } });
    object.map('bench_line_mask').update(new Uint8Array(4), new Uint8Array(Uint32Array.of(lines - 1).buffer));
    program = object.program('bench_read_memory');
    programs.set(table_MB, program);
  }
  return program;
}

const methods = {
  /** Nanoseconds of one read. */
  read(table_MB: number): number {
    return programFor(table_MB).testRun(FRAME, { repeat: REPEAT }).duration_ns / READS;
  },
};

export type MemoryReaderMethods = typeof methods;
serve(methods);
