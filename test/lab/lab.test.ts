// SPDX-License-Identifier: Apache-2.0
// The story, played by the command for users. Serial: a machine has only one lab.
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import type { Facts } from '#scripts/story/report.js';
import { lab, traces } from './lab-process.js';
import { countersOf, replays } from './recordings.js';

/**
 * What happens to a move (story.md, steps 4 to 10), each step caused by the one before and noted when it was taken up.
 */
const MOVE = [
  ['xtr6', 'eid-learnt'],
  ['msmr', 'map-register-accepted'],
  ['xtr2', 'map-notify-received'],
  ['xtr2', 'eid-away'],
] as const;
const SOLICIT = [
  ['xtr2', 'stale-packet'],
  ['xtr4', 'smr-received'],
  ['msmr', 'map-request-received'],
  ['xtr6', 'map-request-received'],
  ['xtr4', 'map-reply-received'],
  ['xtr4', 'map-cache-updated'],
] as const;

let facts: Facts;

test.after.always(async () => {
  await lab('down').ended;
});

test.serial('Ctrl-C takes the lab down', async (t) => {
  t.timeout(120_000);
  const run = lab();
  await run.printed('Act 1');
  run.child.kill('SIGINT');
  t.is(await run.ended, 130, run.output());
  t.deepEqual(traces(), []);
});

test.serial('the nodes of a killed lab process stay', async (t) => {
  t.timeout(120_000);
  const run = lab();
  await run.printed('Act 1');
  run.child.kill('SIGKILL');
  await once(run.child, 'exit'); // its output stays open: processes in the nodes have it too
  t.not(traces().length, 0);
});

test.serial('the story runs again over the remains of the killed one, and every act holds', async (t) => {
  t.timeout(300_000);
  const directory = await mkdtemp(`${tmpdir()}/xtrt-lab-`);
  const file = `${directory}/facts.json`;
  const run = lab('--keep', '--json', file);
  const code = await run.ended;
  t.log(run.output());
  t.is(code, 0);
  facts = JSON.parse(await readFile(file, 'utf8')) as Facts;
  await rm(directory, { recursive: true });
  t.true(facts.ok);
  for (const { act, facts: all } of facts.acts)
    for (const { fact, ok, measured } of all) t.true(ok, `${act}: ${fact}: ${measured}`);
});

const inOrder = test.macro((t, steps: readonly (readonly [node: string, event: string])[]) => {
  const moved = facts.timeline.filter(({ detail }) => detail.startsWith('1.1.1.1/32'));
  const found = steps.map(([node, event]) =>
    moved.findIndex((row) => row.node === node && row.event === event),
  );
  t.false(found.includes(-1), JSON.stringify(moved, undefined, 1));
  t.deepEqual(
    found,
    found.toSorted((a, b) => a - b),
  );
});

test.serial('the timeline has the steps of a move in their order', inOrder, MOVE);
test.serial('the timeline has the steps of the SMR in their order', inOrder, SOLICIT);

test.serial(
  'nothing is lost from the Map-Notify at xTR2 on, nor before the move, nor in the restart',
  (t) => {
    t.is(facts.traffic.length, 2);
    for (const { from, to, phases } of facts.traffic) {
      const names = phases.map(({ phase }) => phase);
      t.deepEqual(names, ['before the move', 'handover', 'convergence', 'after the move', 'restart']);
      for (const { phase, sent, lost } of phases) {
        t.true(sent > 0, `${from} to ${to}, ${phase}`);
        if (phase !== 'handover') t.is(lost, 0, `${from} to ${to}, ${phase}`);
      }
    }
  },
);

test.serial('a kept lab can be inspected', async (t) => {
  const run = lab('exec', 'xtr4', 'xtrctl', 'show', 'map-cache', '1.1.1.1');
  t.is(await run.ended, 0, run.output());
  t.regex(run.output(), /6\.6\.6\.6/);
});

for (const node of ['msmr', 'xtr2', 'xtr4', 'xtr6'])
  test.serial(`the recording of ${node} replays to the same effects and counters`, async (t) => {
    const told = await countersOf(node);
    const replayed = await replays(t, `/run/xtrd-lab/${node}/recording.jsonl`);
    t.true(replayed.some((counters) => isDeepStrictEqual(counters, told)));
  });

test.serial('the recording of an agent that was killed replays as well', async (t) => {
  await replays(t, '/run/xtrd-lab/xtr4/recording.jsonl.1');
});

test.serial("exec gives the command's exit code", async (t) => {
  t.is(await lab('exec', 'core', 'sh', '-c', 'exit 42').ended, 42);
});

test.serial('exec on a node that is not there is wrong use', async (t) => {
  const run = lab('exec', 'xtr9', 'true');
  t.is(await run.ended, 2);
  t.regex(run.output(), /xtr9/);
});

test.serial('down leaves nothing behind, and succeeds if there is nothing', async (t) => {
  t.is(await lab('down').ended, 0);
  t.deepEqual(traces(), []);
  t.is(await lab('down').ended, 0);
});
