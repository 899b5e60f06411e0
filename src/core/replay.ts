// SPDX-License-Identifier: Apache-2.0
import type { AuthenticationKey, MapServerConfig, XtrConfig } from '#control/contract/config.js';
import type { Effect } from '#control/contract/effect.js';
import type { Input } from '#control/contract/inputs.js';
import type { Random } from '#control/contract/machine.js';
import { SEED_BYTES, SeededRandom } from '#control/kit/seeded-random.js';
import { Agent } from './agent.js';
import { digestOf, RECORDING_FORMAT } from './recorder.js';
import { decodeValue } from './recording.js';

/** Inputs that were handled together. */
export interface RecordedTurn {
  readonly turn: number;
  readonly at_ms: number;
  readonly inputs: readonly Input[];
  readonly drawn: readonly (bigint | number)[];
  /** See digestOf. Undefined for a turn that ended the agent, and in a scenario. */
  readonly effects: string | undefined;
}

export interface Recording {
  readonly xtr: XtrConfig | undefined;
  readonly mapServer: MapServerConfig | undefined;
  /** The seed of a scenario. A recording has the drawn numbers instead. */
  readonly random: Uint8Array | undefined;
  readonly turns: readonly RecordedTurn[];
  /** The final counters, if the agent was stopped. */
  readonly counters: Readonly<Record<string, number>> | undefined;
}

/** Returns the secret of the n-th key, counted over the Map-Servers of the xTR and then over the sites. */
export type Secrets = (index: number) => Uint8Array;

/** @throws Error if the text is not a recording or has another format */
export function readRecording(text: string, secrets: Secrets): Recording {
  const [head, ...rest] = linesOf(text);
  if (head?.['format'] !== RECORDING_FORMAT) throw new Error(`not '${RECORDING_FORMAT}'`);
  const { xtr, mapServer, random } = head as unknown as Recording;
  let next = 0;
  const withSecret = (key: AuthenticationKey): AuthenticationKey => ({ ...key, secret: secrets(next++) });
  const ofXtr = xtr && {
    ...xtr,
    mapServers: xtr.mapServers.map((server) => ({ ...server, key: withSecret(server.key) })),
  };
  const ofMapServer = mapServer && {
    ...mapServer,
    sites: mapServer.sites.map((site) => ({ ...site, keys: site.keys.map(withSecret) })),
  };
  const end = rest.at(-1)?.['end'] as Pick<Recording, 'counters'> | undefined;
  const turns = turnsOf(rest, random ?? new Uint8Array(SEED_BYTES));
  return { xtr: ofXtr, mapServer: ofMapServer, random, turns, counters: end?.counters };
}

type Line = Readonly<Record<string, unknown>>;

/** The last line may be incomplete, if the agent was killed. */
function linesOf(text: string): Line[] {
  const lines = text.split('\n');
  lines.pop();
  return lines.map((line) => decodeValue(line) as Line);
}

function turnsOf(lines: readonly Line[], seed: Uint8Array): RecordedTurn[] {
  const turns = new Map<number, RecordedTurn & { readonly inputs: Input[] }>();
  for (const { turn: number, at_ms, input, drawn, effects } of lines as readonly Partial<RecordedLine>[]) {
    if (number === undefined) continue;
    const turn = turns.get(number) ?? { turn: number, at_ms: at_ms ?? 0, inputs: [], drawn: [], effects };
    if (input !== undefined) turn.inputs.push(input.type === 'start' ? { ...input, seed } : input);
    turns.set(number, { ...turn, drawn: drawn ?? turn.drawn, effects: effects ?? turn.effects });
  }
  return [...turns.values()];
}

interface RecordedLine extends Omit<RecordedTurn, 'inputs'> {
  readonly input: Input;
}

/** Returns the recorded random numbers. */
class RecordedRandom implements Random {
  #left: (bigint | number)[] = [];

  next(drawn: readonly (bigint | number)[]): void {
    this.#left = [...drawn];
  }

  nonce(): bigint {
    const value = this.#left.shift();
    if (typeof value !== 'bigint') throw new Error('it draws a nonce that was not drawn');
    return value;
  }

  fraction(): number {
    const value = this.#left.shift();
    if (typeof value !== 'number') throw new Error('it draws jitter that was not drawn');
    return value;
  }
}

export interface ReplayedTurn {
  readonly turn: RecordedTurn;
  readonly effects: readonly Effect[];
  /** Whether the effects equal the recorded ones. */
  readonly same: boolean;
}

/** Replays a recording turn by turn. `agent` has the state after each turn. */
export class Replay {
  readonly agent: Agent;
  readonly #recording: Recording;
  readonly #drawn = new RecordedRandom();

  constructor(recording: Recording) {
    this.#recording = recording;
    const random = recording.random === undefined ? this.#drawn : new SeededRandom();
    this.agent = new Agent(recording.xtr, recording.mapServer, random);
  }

  /** @throws Error if a turn draws other random numbers than recorded */
  *turns(): Generator<ReplayedTurn> {
    for (const turn of this.#recording.turns) {
      this.#drawn.next(turn.drawn);
      const effects = this.agent.handle(turn.inputs, turn.at_ms);
      yield { turn, effects, same: digestOf(effects) === turn.effects };
    }
  }
}
