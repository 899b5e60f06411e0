// SPDX-License-Identifier: Apache-2.0
import { connect, type Socket } from 'node:net';
import { LineSplitter } from './line-splitter.js';
import {
  type ErrorBody,
  EVENTS_METHOD,
  type EventView,
  isTableMethod,
  type MethodName,
  type ParamsOf,
  type ResultOf,
} from './protocol.js';

/** Longest line of an answer that a client accepts, in bytes. */
const MAX_ANSWER = 67_108_864;

export interface Patience {
  /** Milliseconds to wait for the next byte of an answer. */
  readonly answer_ms: number;
  /** The same while the agent itself waits for a Map-Reply. */
  readonly lookup_ms: number;
}

/** A stream of events has no such limit. */
export const PATIENCE: Patience = { answer_ms: 10_000, lookup_ms: 60_000 };

/** The agent cannot be reached, or closed the connection. */
export class AgentUnreachableError extends Error {
  override readonly name = 'AgentUnreachableError';
  readonly code = 'ERR_AGENT_UNREACHABLE';
}

/** The agent answered with an error. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code: ErrorBody['code'];
  constructor({ code, message }: ErrorBody) {
    super(message);
    this.code = code;
  }
}

interface Answer {
  readonly part?: readonly unknown[];
  readonly result?: unknown;
  readonly error?: ErrorBody;
  readonly event?: EventView;
}

/** One connection to an agent, for one request at a time. */
export class ApiClient {
  readonly #path: string;
  readonly #socket: Socket;
  readonly #answers: AsyncGenerator<Answer, void>;
  readonly #patience: Patience;
  #id = 0;

  private constructor(path: string, socket: Socket, patience: Patience) {
    this.#path = path;
    this.#socket = socket;
    this.#answers = this.#read();
    this.#patience = patience;
  }

  /** @throws AgentUnreachableError */
  static connect(path: string, patience = PATIENCE): Promise<ApiClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      const fail = (error: NodeJS.ErrnoException): void => reject(unreachable(path, error));
      socket.once('error', fail);
      socket.once('connect', () => {
        socket.off('error', fail);
        resolve(new ApiClient(path, socket, patience));
      });
    });
  }

  /** @throws AgentError, AgentUnreachableError */
  async call<M extends MethodName>(method: M, ...params: ParamsOf<M>): Promise<ResultOf<M>> {
    this.#limitSilence(method === 'lookup' ? this.#patience.lookup_ms : this.#patience.answer_ms);
    this.#request(method, params[0]);
    const rows: unknown[] = [];
    for (;;) {
      const { part, result } = await this.#next();
      if (part) rows.push(...part);
      else {
        this.#socket.setTimeout(0);
        return (isTableMethod(method) ? rows : result) as ResultOf<M>;
      }
    }
  }

  /**
   * The kept events, then new ones, until the iteration is left or the agent closes the connection. @throws AgentError,
   * AgentUnreachableError
   */
  async *events(): AsyncGenerator<EventView, void> {
    this.#request(EVENTS_METHOD, undefined);
    for (;;) {
      const { event } = await this.#next();
      if (event) yield event;
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Every byte that arrives restarts the timeout. */
  #limitSilence(limit_ms: number): void {
    this.#socket.removeAllListeners('timeout');
    this.#socket.setTimeout(limit_ms, () => this.#socket.destroy(silent(this.#path, limit_ms)));
  }

  #request(method: string, params: unknown): void {
    this.#id += 1;
    this.#socket.write(`${JSON.stringify({ id: this.#id, method, params })}\n`);
  }

  async #next(): Promise<Answer> {
    const next = await this.#answers.next();
    if (next.done) throw new AgentUnreachableError(`the agent on '${this.#path}' closed the connection`);
    if (next.value.error) throw new AgentError(next.value.error);
    return next.value;
  }

  async *#read(): AsyncGenerator<Answer, void> {
    const lines = new LineSplitter(MAX_ANSWER);
    try {
      for await (const chunk of this.#socket)
        for (const line of lines.push(chunk as Buffer)) yield JSON.parse(line) as Answer;
    } catch (error) {
      throw unreachable(this.#path, error as NodeJS.ErrnoException);
    }
  }
}

function silent(path: string, limit_ms: number): AgentUnreachableError {
  return new AgentUnreachableError(
    `the agent on '${path}' has not answered for ${limit_ms / 1_000} s: it is stopped or hangs; see its log, or restart it`,
  );
}

function unreachable(path: string, error: NodeJS.ErrnoException): AgentUnreachableError {
  if (error instanceof AgentUnreachableError) return error;
  switch (error.code) {
    case 'ENOENT':
      return new AgentUnreachableError(`there is no socket '${path}': is xtrd running?`);
    case 'ECONNREFUSED':
      return new AgentUnreachableError(`no process listens on '${path}': xtrd ended without removing it`);
    case 'EACCES':
      return new AgentUnreachableError(
        `no permission to use '${path}': become root, or a member of its group`,
      );
    case 'ENOTSOCK':
      return new AgentUnreachableError(`'${path}' is not a socket`);
    default:
      return new AgentUnreachableError(
        `the agent on '${path}' cannot be reached (${error.code ?? error.message})`,
      );
  }
}
