// SPDX-License-Identifier: Apache-2.0
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { AddressError } from '#addr/index.js';
import { RefusedError } from '#core/service/service.js';
import { streamEvents } from './event-stream.js';
import { LineSplitter, LineTooLongError } from './line-splitter.js';
import { isMethod, METHODS } from './methods.js';
import {
  type AgentService,
  type ErrorCode,
  EVENTS_METHOD,
  isTableMethod,
  MAX_REQUEST,
  PART_ROWS,
} from './protocol.js';

/** Callbacks from a connection to the server. */
export interface ConnectionObserver {
  readonly onRequest: () => void;
  readonly onRejected: () => void;
  readonly onSlowReader: () => void;
  /** An error that the client did not cause. */
  readonly onFault: (error: unknown) => void;
}

const requestSchema = z.strictObject({
  id: z.int().min(0),
  method: z.string(),
  params: z.unknown().optional(),
});

class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A client that sends so many lines that are not requests uses another protocol: its connection is closed. */
export const MAX_BAD_REQUESTS = 16;

/** Serves one client until it closes. */
export async function serveConnection(
  socket: Socket,
  service: AgentService,
  observer: ConnectionObserver,
): Promise<void> {
  socket.on('error', () => undefined); // the client is gone: 'close' follows
  const lines = new LineSplitter(MAX_REQUEST);
  let bad = 0;
  try {
    // Reading pauses until a request is answered and the client has read the answer. So memory holds at most one chunk of
    // requests and one answer.
    for await (const chunk of socket.iterator({ destroyOnReturn: false }))
      for (const line of lines.push(chunk as Buffer)) {
        const outcome = await serveLine(line, socket, service, observer);
        if (outcome === 'streaming') return;
        if (outcome === 'bad') bad += 1;
        if (bad >= MAX_BAD_REQUESTS) return socket.destroySoon();
        if (socket.writableNeedDrain) await drained(socket);
        else await nextTurn(); // between two requests, other clients and the data path have their turn
      }
    socket.end();
  } catch (error) {
    if (error instanceof LineTooLongError) {
      observer.onRejected();
      socket.end(errorLine(null, 'bad-request', error.message));
    } else if (!socket.destroyed) {
      observer.onFault(error);
      socket.destroy();
    }
  }
}

/** Streaming: the connection now belongs to the event stream. Bad: the line was not a request. */
async function serveLine(
  line: string,
  socket: Socket,
  service: AgentService,
  observer: ConnectionObserver,
): Promise<'served' | 'bad' | 'streaming'> {
  let id: number | null = null;
  observer.onRequest();
  try {
    const request = parseRequest(line);
    id = request.id;
    if (request.method === EVENTS_METHOD) {
      streamEvents(service, id, socket, observer.onSlowReader);
      return 'streaming';
    }
    await answer(id, request.method, request.params, socket, service);
  } catch (error) {
    if (socket.destroyed) return 'served';
    const known = clientError(error);
    if (known) observer.onRejected();
    else observer.onFault(error);
    const { code, message } = known ?? { code: 'internal', message: 'the agent failed; see its log' };
    socket.write(errorLine(id, code, message));
    if (code === 'bad-request') return 'bad';
  }
  return 'served';
}

function parseRequest(line: string): z.output<typeof requestSchema> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RequestError('bad-request', 'a request is one JSON object on one line');
  }
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RequestError('bad-request', `not a request: ${issuesText(parsed.error)}`);
}

async function answer(
  id: number,
  name: string,
  given: unknown,
  socket: Socket,
  service: AgentService,
): Promise<void> {
  if (!isMethod(name)) throw new RequestError('unknown-method', `there is no method '${name.slice(0, 64)}'`);
  const method = METHODS[name];
  const params = method.params.safeParse(given ?? {});
  if (!params.success) throw new RequestError('invalid-params', issuesText(params.error));
  const result = await method.call(service, params.data);
  const end = isTableMethod(name)
    ? { rows: await writeParts(id, result as Iterable<unknown>, socket) }
    : result;
  socket.write(`${JSON.stringify({ id, result: end })}\n`);
}

/** Returns the number of rows. */
async function writeParts(id: number, rows: Iterable<unknown>, socket: Socket): Promise<number> {
  let count = 0;
  for (const part of inParts(rows)) {
    if (socket.destroyed) break;
    count += part.length;
    if (socket.write(`${JSON.stringify({ id, part })}\n`)) await nextTurn();
    else await drained(socket);
  }
  return count;
}

function* inParts(rows: Iterable<unknown>): Generator<unknown[]> {
  let part: unknown[] = [];
  for (const row of rows) {
    part.push(row);
    if (part.length < PART_ROWS) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

/** Waits until more may be written, or the client has closed. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}

function clientError(error: unknown): { code: ErrorCode; message: string } | undefined {
  if (error instanceof RequestError) return error;
  if (error instanceof RefusedError) return { code: 'refused', message: error.message };
  return error instanceof AddressError ? { code: 'invalid-params', message: error.message } : undefined;
}

function issuesText(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}

export function errorLine(id: number | null, code: ErrorCode, message: string): string {
  return `${JSON.stringify({ id, error: { code, message } })}\n`;
}
