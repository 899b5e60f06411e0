// SPDX-License-Identifier: Apache-2.0
// A scenario is a recording that lists, after the inputs of each turn, the expected effects, one a line. Its
// first line has one secret for all keys and the seed of the random numbers, which recordings do not have.
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Effect } from '#control/contract/effect.js';
import type { Input } from '#control/contract/inputs.js';
import { withoutKey } from '#core/recorder.js';
import { decodeValue, encodeValue } from '#core/recording.js';
import { Replay, readRecording } from '#core/replay.js';
import { describe, innermost } from '#test/control/lines.js';
import { decodeMessage } from '#wire/index.js';

const FOLDER = fileURLToPath(new URL('../../../test/scenarios/', import.meta.url));

export const SCENARIOS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.jsonl'))
  .map((name) => name.replace('.jsonl', ''));

interface Head {
  readonly key: Uint8Array;
}

/** The lines of a scenario, and the same lines with the present effects of its inputs. */
export async function playScenario(name: string): Promise<{ expected: string[]; actual: string[] }> {
  const text = await readFile(`${FOLDER}${name}.jsonl`, 'utf8');
  const expected = text.trimEnd().split('\n');
  return { expected, actual: played(text) };
}

export async function updateScenario(name: string): Promise<void> {
  const { actual } = await playScenario(name);
  await writeFile(`${FOLDER}${name}.jsonl`, `${actual.join('\n')}\n`);
}

function played(text: string): string[] {
  const head = text.slice(0, text.indexOf('\n'));
  const { key } = decodeValue(head) as Head;
  const lines = [head];
  for (const { turn, effects } of new Replay(readRecording(text, () => key)).turns()) {
    const { turn: number, at_ms, inputs } = turn;
    for (const input of inputs)
      lines.push(encodeValue({ turn: number, at_ms, input, says: readableInput(input) }));
    for (const effect of effects) lines.push(encodeValue({ turn: number, effect: readable(effect) }));
  }
  return lines;
}

/** A readable form of an input, for datagrams, which are bytes. */
function readableInput(input: Input): string | undefined {
  return input.type === 'datagram' ? describe(decodeMessage(input.datagram.bytes)) : undefined;
}

/** Makes a message inside an ECM readable, as it is bytes, too. */
function readable(effect: Effect): object {
  const inner = effect.type === 'send' ? innermost(effect.message) : undefined;
  const isInside = effect.type === 'send' && effect.message !== inner;
  return isInside ? { ...withoutKey(effect), inner } : withoutKey(effect);
}
