// SPDX-License-Identifier: Apache-2.0
// The local API: one JSON object a line, both ways, over a Unix stream socket.
//
//   request   {"id": 1, "method": "mapCache", "params": {"eid": "1.1.1.1"}}
//   answer    {"id": 1, "part": [...]}            rows of a table, in order; none, one or many such lines
//             {"id": 1, "result": ...}            the end; of a table, {"rows": how many}
//             {"id": 1, "error": {"code", "message"}}   the end, instead
//   events    {"id": 1, "event": {...}}           answer to 'events': first those kept, then each new one, without end
//
// A table is sent in parts, so that a large one does not block the agent and does not fill its memory: the rows of a
// part are made when the reader has read the part before. Requests of a connection are answered one after another.
import type { AgentService } from '#core/service/service.js';

export type * from '#core/service/views.js';
export type { AgentService, TableQuery } from '#core/service/service.js';

/** Methods of AgentService whose result comes in parts. */
export const TABLE_METHODS = [
  'mapCache',
  'forwarding',
  'database',
  'dynamicEids',
  'away',
  'smr',
  'sites',
  'recentEvents',
] as const satisfies readonly (keyof AgentService)[];
export type TableMethod = (typeof TABLE_METHODS)[number];
/** Those with one result. */
export type ValueMethod = Exclude<keyof AgentService, TableMethod | 'onEvent'>;
export type MethodName = ValueMethod | TableMethod;

export function isTableMethod(name: MethodName): name is TableMethod {
  return (TABLE_METHODS as readonly string[]).includes(name);
}

export type ParamsOf<M extends MethodName> = Parameters<AgentService[M]>;
type RowOf<M extends TableMethod> = ReturnType<AgentService[M]> extends Iterable<infer Row> ? Row : never;
/** The result for a client: all parts of a table together. */
export type ResultOf<M extends MethodName> = M extends TableMethod
  ? RowOf<M>[]
  : Awaited<ReturnType<AgentService[M]>>;

/** Answers with events, kept and new, until the connection closes. Takes no params. */
export const EVENTS_METHOD = 'events';

/** Bytes of one request; a longer one ends the connection. */
export const MAX_REQUEST = 65_536;
/** Connections at the same time. One more gets the error 'busy' and is closed. */
export const MAX_CONNECTIONS = 64;
/** Rows of one part. */
export const PART_ROWS = 256;
/** Events that are queued for a slow reader. With more, it is disconnected. Twice what an agent keeps. */
export const EVENT_BACKLOG = 8_192;

export const ERROR_CODES = [
  'bad-request', // not JSON, not a request, or too long
  'unknown-method',
  'invalid-params', // the message tells what is wrong: a key, a type, or text that is not an EID
  'refused', // this agent cannot do it; the message says why
  'busy', // MAX_CONNECTIONS
  'internal', // an error inside the agent
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
}
