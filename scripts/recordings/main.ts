// SPDX-License-Identifier: Apache-2.0
// Runs a recording again and prints its inputs and what they come to, as lines of JSON.
import { readFile } from 'node:fs/promises';
import { loadConfiguration } from '#config/index.js';
import { withoutKey } from '#core/recorder.js';
import { encodeValue } from '#core/recording.js';
import { readRecording, Replay } from '#core/replay.js';

const [recordingFile = '', configurationFile = ''] = process.argv.slice(2);

const { configuration } = await loadConfiguration(configurationFile, {
  firstRegisterNonce: () => Promise.resolve(0n), // those of the run are in the recording
  generatedXtrId: () => Promise.resolve(0n),
});
const secrets = [
  ...(configuration.xtr?.mapServers.map(({ key }) => key) ?? []),
  ...(configuration.mapServer?.sites.flatMap(({ keys }) => keys) ?? []),
].map(({ secret }) => secret);
const secret = (index: number): Uint8Array => {
  const found = secrets[index];
  if (found === undefined)
    throw new Error(`'${configurationFile}' has ${secrets.length} keys, not those of the run`);
  return found;
};

const different: number[] = [];
const replay = new Replay(readRecording(await readFile(recordingFile, 'utf8'), secret));
for (const { turn, effects, same } of replay.turns()) {
  const { turn: number, at_ms, inputs } = turn;
  for (const input of inputs) process.stdout.write(`${encodeValue({ turn: number, at_ms, input })}\n`);
  for (const effect of effects)
    process.stdout.write(`${encodeValue({ turn: number, effect: withoutKey(effect) })}\n`);
  if (!same) different.push(number);
}
if (different.length > 0) {
  const [first] = different;
  process.stderr.write(
    `${different.length} turns have other effects than in the run; the first is turn ${first}\n`,
  );
  process.exitCode = 1;
}
