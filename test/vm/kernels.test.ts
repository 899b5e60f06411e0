// SPDX-License-Identifier: Apache-2.0
// How scripts/kernels evaluates the output of tests.
import { readFile } from 'node:fs/promises';
import test from 'ava';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { held, refusalOf } from '#scripts/vm/kernels/held.js';
import type { XdpResult } from '#scripts/vm/kernels/probe.js';
import type { KernelResult } from '#scripts/vm/kernels/run-kernel.js';
import { sideBySide } from '#scripts/vm/kernels/side-by-side.js';
import { hasHistory, UNCOMMITTED } from '#scripts/vm/kernels/sources.js';
import { copyTable, type Run, updateDocument } from '#scripts/vm/kernels/table.js';
import { readTap } from '#scripts/vm/kernels/tap.js';
import { MAX_CHANGES, recentSources, staleRows } from './recent-sources.js';

test('TAP: passed, failed and skipped tests are distinguished', (t) => {
  const tap = 'ok 1 - a\nnot ok 2 - b › c\nok 3 - d (needs Linux 5.18) # SKIP\nok 4 - e\n';
  t.deepEqual(readTap(tap), { passed: 2, failed: ['b › c'], skipped: ['d (needs Linux 5.18)'] });
});

function result(version: string, passed: number, failed: string[] = []): KernelResult {
  return {
    ...{ version, release: `${version}.1-amd64`, accelerator: 'tcg', boot_s: 4 },
    probe: { release: '', veth: { mode: 'native' }, virtioNet: { refused: 'why\nmore' } },
    suites: [{ suite: 'native', passed, failed, skipped: [], duration_s: 5 }],
  };
}

test('a kernel older than Linux 5.15 may refuse the programs, a newer one fails if it does', (t) => {
  const [native, refused] = [{ mode: 'native' }, { refused: 'why\nmore' }];
  const on = (version: string, veth: XdpResult, virtioNet: XdpResult): KernelResult => ({
    ...result(version, 0),
    probe: { release: '', veth, virtioNet },
    suites: [],
  });
  for (const version of ['5.10', '5.14']) t.true(held(on(version, refused, refused)), version);
  for (const version of ['5.15', '6.1', '7.3']) {
    t.true(held(on(version, native, native)), version);
    t.false(held(on(version, refused, refused)), version);
    t.false(held(on(version, refused, native)), version);
    t.false(held(on(version, native, refused)), version);
  }
  t.is(refusalOf(on('6.1', native, refused)), 'why');
  t.is(refusalOf(on('6.1', native, native)), undefined);
});

test('a kernel with a test that failed has failed', (t) => {
  const probe = { release: '', veth: { mode: 'native' }, virtioNet: { mode: 'native' } };
  t.true(held({ ...result('6.12', 7), probe }));
  t.false(held({ ...result('6.12', 7, ['b']), probe }));
  t.false(held({ ...result('6.12', 0), probe }), 'nor has one whose tests said nothing');
});

/** A run on sources that are named by the day. */
function run(date: string, sources = date.replaceAll('-', '').padStart(10, 'a')): Run {
  return { date, sources };
}

const EMPTY = '# Kernels\n\n<!-- scripts/kernels writes from here -->\n<!-- to here -->\n';

test('a run replaces the row and the notes of its kernel, and leaves the others', (t) => {
  const first = updateDocument(EMPTY, result('6.12', 7, ['b']), run('2026-01-01'));
  const both = updateDocument(first, result('6.1', 8), run('2026-01-02'));
  const again = updateDocument(both, result('6.12', 9), run('2026-01-03'));
  t.regex(again, /^# Kernels\n/);
  const rows = again.split('\n').filter((line) => /^\| \d/.test(line));
  t.is(rows.length, 2);
  t.regex(rows[0] ?? '', /^\| 6\.1 .* 8 passed \(5 s\)/);
  t.regex(rows[1] ?? '', /^\| 6\.12 .*2026-01-03.* 9 passed \(5 s\)/);
  t.true(both.includes('native, failed: b'));
  t.false(again.includes('native, failed: b'));
  t.true(again.includes('refused at start: why\n'));
});

test('a run of some suites keeps the results of an earlier run of the same release for the others', (t) => {
  const native = updateDocument(EMPTY, result('6.12', 7, ['b']), run('2026-01-01'));
  const story = {
    ...result('6.12', 0),
    suites: [{ ...result('6.12', 3, ['c']).suites[0]!, suite: 'story' as const }],
  };
  const both = updateDocument(native, story, run('2026-01-02'));
  t.regex(
    both,
    /^\| 6\.12 .*2026-01-02.*7 passed, \*\*1 failed\*\* \(5 s, 2026-01-01, aa20260101\) \| not run \| 3 passed.* \(5 s\)/m,
    'with the day if that was another',
  );
  const third = updateDocument(both, story, run('2026-01-03'));
  t.regex(
    third,
    /^\| 6\.12 .*2026-01-03.* \(5 s, 2026-01-01, aa20260101\) \| not run \| 3 passed.* \(5 s\)/m,
  );
  for (const note of ['- native, failed: b', '- story, failed: c']) t.true(both.includes(note));
  const newer = updateDocument(both, { ...story, release: '6.12.2-amd64' }, run('2026-01-03'));
  t.regex(newer, /^\| 6\.12 .*not run \| not run \| 3 passed/m);
  t.false(newer.includes('native, failed'));
});

test('the README has the table of the document without its notes', (t) => {
  const document = updateDocument(EMPTY, result('6.12', 7, ['b']), run('2026-01-01'));
  const readme = EMPTY.replace('# Kernels', '# xtrd') + '\n## Licence\n';
  const first = copyTable(readme, document);
  t.regex(first, /^# xtrd\n[^]*^\| 6\.12 .*\*\*1 failed\*\*[^]*^## Licence$/m);
  t.false(first.includes('failed: b'));
  t.is(copyTable(first, document), first);
});

test('side by side: at most as many at once as there are jobs, in order, and a failure stops no other', async (t) => {
  const [running, begun]: [Set<number>, number[]] = [new Set(), []];
  let most = 0;
  const settled = await sideBySide([50, 30, 10, 20], 2, async (item) => {
    begun.push(item);
    most = Math.max(most, running.add(item).size);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    running.delete(item);
    if (item === 30) throw new Error('no machine');
    return 2 * item;
  });
  t.is(most, 2);
  t.deepEqual(begun, [50, 30, 10, 20]);
  t.deepEqual(
    settled.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).message)),
    [100, 'no machine', 20, 40],
  );
});

test('a suite is stale if it did not run on recent sources, alone or with its row', (t) => {
  const [old, now] = ['0123456789', 'abcdef0123'];
  const first = updateDocument(EMPTY, result('6.12', 7), run('2026-01-01', old));
  t.deepEqual(staleRows(first, [now, old]), []);
  t.deepEqual(staleRows(first, [now]), [`Linux 6.12: ${old}`]);
  const story = {
    ...result('6.12', 0),
    suites: [{ ...result('6.12', 3).suites[0]!, suite: 'story' as const }],
  };
  const both = updateDocument(first, story, run('2026-01-01', now));
  t.deepEqual(staleRows(both, [now]), [`Linux 6.12: ${old}`], 'what an earlier run said of the other suites');
  const dirty = updateDocument(EMPTY, result('6.12', 7), run('2026-01-01', UNCOMMITTED));
  t.deepEqual(staleRows(dirty, [now]), [`Linux 6.12: ${UNCOMMITTED}`]);
  t.deepEqual(staleRows('| 6.1 | 6.1.0 | 2026-01-01, TCG | 100 passed |', [now]), [
    'Linux 6.1: it does not say',
  ]);
});

test('the results in docs/kernels.md are from recent sources', async (t) => {
  if (!hasHistory()) {
    t.pass('no history to count in: an unpacked archive, or a shallow clone');
    return;
  }
  const document = await readFile(`${REPOSITORY}docs/kernels.md`, 'utf8');
  t.deepEqual(
    staleRows(document, recentSources()),
    [],
    `bpf/ or native/ have changed in more than ${MAX_CHANGES} commits since: run "scripts/kernels VERSION" as root ` +
      'for these versions, and commit docs/kernels.md and README.md',
  );
});
