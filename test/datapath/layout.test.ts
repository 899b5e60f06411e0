// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import test from 'ava';
import { currentLayout, LAYOUT_FILE } from '#scripts/layout/main.js';
import { renderLayout } from '#scripts/layout/render.js';
import { compileBpf } from '#test/native/compile.js';

test('the generated layouts match the BPF objects; if not, run scripts/build', (t) => {
  t.is(readFileSync(LAYOUT_FILE, 'utf8'), currentLayout());
});

const headers = [readFileSync('test/datapath/layout-probe.h', 'utf8')];

test('sizes, offsets and values match the compiler', (t) => {
  const object = readFileSync(compileBpf('test/datapath/layout-probe.bpf.c'));
  const expected = `
export const probe_holes = {
  bytes: 24,
  offset: {
    first: 0,
    second: 8,
    third: 16,
    fourth: 20,
  },
} as const;

export const probe_nested = {
  bytes: 64,
  offset: {
    before: 0,
    holes: 8,
    after: 56,
  },
} as const;

export const probe_bits = {
  bytes: 8,
  offset: {
    plain: 0,
    low: 4,
    high: 5,
  },
} as const;

export const probe_values = {
  PROBE_ZERO: 0,
  PROBE_SEVEN: 7,
  PROBE_ALL_ONES: 4294967295,
} as const;
`;
  t.true(renderLayout(object, headers).includes(expected));
});

test('maps are generated as the object declares them', (t) => {
  const object = readFileSync(compileBpf('test/datapath/layout-probe.bpf.c'));
  const expected = `
export const xtr_maps = {
  probe_hash: { type: 1, maxEntries: 77, class: 'state' },
  probe_ring: { type: 27, maxEntries: 4096, class: 'volatile' },
} as const;
`;
  t.true(renderLayout(object, headers).includes(expected));
});

test('a map without a class is an error that says what to do', (t) => {
  const object = readFileSync(compileBpf('test/native/probe.bpf.c'));
  t.throws(() => renderLayout(object, []), {
    message: /^map probe_\w+ has no class: mark it XTR_STATE or XTR_VOLATILE in bpf\/maps.h$/,
  });
});

test('a type that is in no BTF is an error that says what to do', (t) => {
  const object = readFileSync(compileBpf('test/datapath/layout-probe.bpf.c'));
  t.throws(() => renderLayout(object, ['struct nobody_knows {\n']), {
    message: 'nobody_knows is in no BTF: mention it in bpf/lib/types.h',
  });
});

test('a file that is not a BPF object is an error', (t) => {
  t.throws(() => renderLayout(readFileSync('package.json'), headers), { message: 'not a 64-bit ELF file' });
  t.throws(() => renderLayout(readFileSync(process.execPath), headers), { message: 'no section .BTF' });
});
