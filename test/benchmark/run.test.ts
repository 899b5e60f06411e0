// SPDX-License-Identifier: Apache-2.0
// Stages with made-up values: what is kept when a stage, or a part of one, fails.
import test from 'ava';
import type { Context, Figure, Samples, Stage } from '#scripts/benchmark/figure.js';
import { measure, type Outcome } from '#scripts/benchmark/run.js';

const IDLE = new AbortController().signal;

function figure(name: string, stage: Stage): Figure {
  return {
    ...{ name, group: 'Group', title: name, how: 'so', unit: 'ms', stage, series: [name] },
    values: (samples) => samples.get(name) ?? [],
  };
}

/** Each series in a part of its own, of the same name. */
function stageOfParts(name: string, parts: Readonly<Record<string, () => Promise<number[]>>>): Stage {
  return {
    name,
    async run(wanted, { part }: Context): Promise<Samples> {
      const samples = new Map<string, readonly number[]>();
      for (const [series, take] of Object.entries(parts))
        if (wanted.has(series)) await part(series, async () => void samples.set(series, await take()));
      return samples;
    },
  };
}

function measureAll(figures: readonly Figure[], signal = IDLE): Promise<Outcome & { said: string[] }> {
  const said: string[] = [];
  const about = { quick: true, cpu: 0, generator: 'live-frame', signal } as const;
  const say = (text: string): void => void said.push(text);
  return measure(figures, { ...about, say }, () => undefined).then((outcome) => ({ ...outcome, said }));
}

const fine = (): Promise<number[]> => Promise.resolve([1, 2, 3]);
const broken = (): Promise<number[]> => Promise.reject(new Error('no room'));

test('a failed part is reported once by its name, and fails no other part or stage', async (t) => {
  const parted = stageOfParts('parted', { first: fine, second: broken, third: fine });
  const other = stageOfParts('other', { fourth: fine });
  const figures = [
    ...['first', 'second', 'third'].map((name) => figure(name, parted)),
    figure('fourth', other),
  ];
  const { results, samples, failures, said } = await measureAll(figures);
  t.deepEqual(
    results.map((each) => [each.figure.name, each.distribution.median]),
    [
      ['first', 2],
      ['third', 2],
      ['fourth', 2],
    ],
  );
  t.deepEqual([...(samples.get('parted')?.keys() ?? [])], ['first', 'third']);
  t.deepEqual(failures, [{ stage: 'parted, second', message: 'no room' }]);
  t.deepEqual(said, ['FAILED: parted, second: no room']);
});

test('a figure without values is a failure of its own where its part did not fail', async (t) => {
  const parted = stageOfParts('parted', { first: broken, second: () => Promise.resolve([]) });
  const { results, failures } = await measureAll([figure('first', parted), figure('second', parted)]);
  t.deepEqual(results, []);
  t.deepEqual(failures, [
    { stage: 'parted, first', message: 'no room' },
    { stage: 'second', message: 'no round gave a value' },
  ]);
});

test('an error outside the parts fails the stage, and no other stage', async (t) => {
  const failing: Stage = { name: 'failing', run: () => Promise.reject(new Error('no network')) };
  const figures = [figure('first', failing), figure('second', stageOfParts('other', { second: fine }))];
  const { results, failures } = await measureAll(figures);
  t.deepEqual(
    results.map((each) => each.figure.name),
    ['second'],
  );
  t.deepEqual(failures, [{ stage: 'failing', message: 'no network' }]);
});

test('a part that is interrupted is not a failure, and nothing starts after it', async (t) => {
  const interruption = new AbortController();
  const begun: string[] = [];
  const parted = stageOfParts('parted', {
    first: () => {
      begun.push('first');
      interruption.abort(new Error('interrupted'));
      return broken();
    },
    second: () => {
      begun.push('second');
      return fine();
    },
  });
  const figures = ['first', 'second'].map((name) => figure(name, parted));
  await t.throwsAsync(measureAll(figures, interruption.signal), { message: 'interrupted' });
  t.deepEqual(begun, ['first']);
});
