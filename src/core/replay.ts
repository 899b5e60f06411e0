// SPDX-License-Identifier: Apache-2.0
import type { AuthenticationKey, MapServerConfig, XtrConfig } from '#control/contract/config.js';
import type { Effect } from '#control/contract/effect.js';
import type { Input } from '#control/contract/inputs.js';
import type { Random } from '#control/contract/machine.js';
import { Agent } from './agent.js';
import { digestOf, RECORDING_FORMAT } from './recorder.js';
import { decodeValue } from './recording.js';

/** Inputs that were handled together. */
export interface RecordedTurn {
  readonly turn: number;
  readonly at_ms: number;
  readonly inputs: readonly Input[];
  readonly drawn: readonly (bigint | number)[];
  /** See digestOf. */
  readonly effects: string;
}

export interface Recording {
  readonly xtr: XtrConfig | undefined;
  readonly mapServer: MapServerConfig | undefined;
  /** Without the last one of an agent that it ended. */
  readonly turns: readonly RecordedTurn[];
  /** At the end, if the agent was stopped. */
  readonly counters: Readonly<Record<string, number>> | undefined;
}

/** The secret of the n-th key, counted over the Map-Servers of the xTR and then over the sites. */
export type Secrets = (index: number) => Uint8Array;

/** @throws Error if it is no recording, or one of another format */
export function readRecording(text: string, secrets: Secrets): Recording {
  const lines = text.split('\n').filter((line) => line !== '');
  const [head, ...rest] = lines.map((line) => decodeValue(line) as Record<string, unknown>);
  if (head?.['format'] !== RECORDING_FORMAT) throw new Error(`not '${RECORDING_FORMAT}'`);
  const { xtr, mapServer } = head as unknown as Recording;
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
  return { xtr: ofXtr, mapServer: ofMapServer, turns: turnsOf(rest), counters: end?.counters };
}

function turnsOf(lines: readonly Record<string, unknown>[]): RecordedTurn[] {
  const turns: RecordedTurn[] = [];
  let inputs: Input[] = [];
  let at_ms = 0;
  for (const line of lines) {
    if ('input' in line) {
      inputs.push(line['input'] as Input);
      at_ms = line['at_ms'] as number;
    } else if ('effects' in line) {
      turns.push({ ...(line as unknown as RecordedTurn), at_ms, inputs });
      inputs = [];
    }
  }
  return turns;
}

/** Draws what was drawn before. */
class DrawnBefore implements Random {
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

export interface Replayed {
  readonly turn: RecordedTurn;
  readonly effects: readonly Effect[];
  /** What came of it is what came of it then. */
  readonly same: boolean;
}

/** Runs a recording again, turn by turn: `agent` is as it was after each. */
export class Replay {
  readonly agent: Agent;
  readonly #recording: Recording;
  readonly #random = new DrawnBefore();

  constructor(recording: Recording) {
    this.#recording = recording;
    this.agent = new Agent(recording.xtr, recording.mapServer, this.#random);
  }

  /** @throws Error if it draws other random numbers than then */
  *turns(): Generator<Replayed> {
    for (const turn of this.#recording.turns) {
      this.#random.next(turn.drawn);
      const effects = this.agent.handle(turn.inputs, turn.at_ms);
      yield { turn, effects, same: digestOf(effects) === turn.effects };
    }
  }
}
