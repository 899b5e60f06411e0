// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import type { ExecutionContext } from 'ava';
import { readRecording, Replay } from '#core/replay.js';
import { lab } from './lab-process.js';

const KEY = new TextEncoder().encode('the key of the lab, known to everybody');

/** Runs what a node of the lab recorded again: it does the same. */
export async function replays(
  t: ExecutionContext,
  path: string,
): Promise<readonly Readonly<Record<string, number>>[]> {
  const recording = readRecording(await readFile(path, 'utf8'), () => KEY);
  const replay = new Replay(recording);
  const counters: Readonly<Record<string, number>>[] = [];
  for (const { turn, same } of replay.turns()) {
    if (turn.effects !== undefined) t.true(same, `${path}: turn ${turn.turn}`);
    counters.push(replay.agent.counters.snapshot());
  }
  t.true(recording.turns.length >= 10, `${path}: ${recording.turns.length} turns`);
  return counters;
}

/** Counters of the control plane as the node tells them. */
export async function countersOf(node: string): Promise<Readonly<Record<string, number>>> {
  const run = lab('exec', node, 'xtrctl', 'show', 'statistics', '--json');
  if ((await run.ended) !== 0) throw new Error(run.output());
  return (JSON.parse(run.output()) as { control: Readonly<Record<string, number>> }).control;
}
