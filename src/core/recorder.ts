// SPDX-License-Identifier: Apache-2.0
// A recording consists of JSON lines:
//   {"format":"xtrd recording 1","xtr":CONFIGURATION,"mapServer":CONFIGURATION}
//   {"turn":N,"at_ms":TIME,"input":INPUT}                one for each input of a turn
//   {"turn":N,"drawn":[...],"effects":"DIGEST"}          the drawn random numbers, and a digest of the effects
//   {"end":{"counters":{...}}}                           of an agent that was stopped
// Keys and the seed of the random numbers are left out. The drawn numbers replace the seed. A replay of authenticated
// messages needs the keys. core/replay.ts reads recordings.
import { createHash } from 'node:crypto';
import type { MapServerConfig, XtrConfig } from '#control/contract/config.js';
import type { Counters } from '#control/contract/counters.js';
import type { Effect } from '#control/contract/effect.js';
import type { Input } from '#control/contract/inputs.js';
import type { Random } from '#control/contract/machine.js';
import { SeededRandom } from '#control/kit/seeded-random.js';
import { encodeValue } from './recording.js';

export const RECORDING_FORMAT = 'xtrd recording 1';

export interface RecorderOptions {
  readonly xtr: XtrConfig | undefined;
  readonly mapServer: MapServerConfig | undefined;
  /** Appends lines. Returns false if writing failed; it is not called again then. */
  readonly write: (text: string) => boolean;
  /**
   * Maximum size in bytes. The recording ends before the turn that would exceed it: a recording without its
   * beginning is useless.
   */
  readonly maxBytes: number;
}

interface Recorded {
  handle(inputs: readonly Input[], now: number): Effect[];
}

/** Records the inputs of an agent, so that the run can be replayed. */
export class Recorder {
  /** The random source of the recorded agent. */
  readonly random: Random;
  readonly #options: RecorderOptions;
  #drawn: (bigint | number)[] = [];
  #turns = 0;
  #bytes = 0;
  #leftOut = 0;
  #open = true;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.random = recordingRandom(new SeededRandom(), (value) => this.#drawn.push(value));
    const { xtr, mapServer } = options;
    this.#write({ format: RECORDING_FORMAT, xtr, mapServer });
  }

  /**
   * Lets the agent handle the inputs of one turn. They are written first, so that the recording has the
   * inputs of a crash.
   */
  turn(agent: Recorded, inputs: readonly Input[], now: number): Effect[] {
    this.#turns += 1;
    const turn = this.#turns;
    this.#drawn = [];
    this.#write(...inputs.map((input) => ({ turn, at_ms: now, input })));
    const effects = agent.handle(inputs, now);
    if (this.#open) this.#write({ turn, drawn: this.#drawn, effects: digestOf(effects) });
    if (!this.#open) this.#leftOut += 1;
    return effects;
  }

  /** The agent stops. */
  end(counters: Counters): void {
    this.#write({ end: { counters: counters.snapshot() } });
    this.#open = false;
  }

  /**
   * Turns and bytes that were written, and turns that were left out because the recording is full or cannot
   * be written.
   */
  counters(): Readonly<Record<string, number>> {
    return { turns: this.#turns - this.#leftOut, bytes: this.#bytes, turnsLeftOut: this.#leftOut };
  }

  #write(...lines: readonly object[]): void {
    if (!this.#open) return;
    const text = lines.map((line) => `${encodeValue(line)}\n`).join('');
    this.#open = this.#bytes + text.length <= this.#options.maxBytes && this.#options.write(text);
    if (this.#open) this.#bytes += text.length; // ASCII except for texts of the configuration
  }
}

/** A digest of these effects in order: sixteen hexadecimal digits. Keys are left out. */
export function digestOf(effects: readonly Effect[]): string {
  return createHash('sha256')
    .update(encodeValue(effects.map(withoutKey)))
    .digest('hex')
    .slice(0, 16);
}

export function withoutKey(effect: Effect): object {
  if (effect.type !== 'send' || effect.key === undefined) return effect;
  return { ...effect, key: undefined, signed: true };
}

function recordingRandom(random: SeededRandom, note: (value: bigint | number) => void): Random {
  const noted = <T extends bigint | number>(value: T): T => {
    note(value);
    return value;
  };
  return {
    nonce: () => noted(random.nonce()),
    fraction: () => noted(random.fraction()),
    seed: (seed) => {
      random.seed(seed);
    },
  };
}
