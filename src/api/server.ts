// SPDX-License-Identifier: Apache-2.0
import { createServer, type Server, type Socket } from 'node:net';
import { errorLine, serveConnection } from './connection.js';
import { type AgentService, MAX_CONNECTIONS } from './protocol.js';
import { claimSocketPath, listenOn } from './socket-path.js';

const COUNTER_NAMES = [
  'connections',
  'connectionsRefused', // MAX_CONNECTIONS
  'requests',
  'requestsRejected',
  'requestsFailed',
  'slowReadersCutOff',
] as const;

/** A refused client that does not close its connection is disconnected after this time. */
const REFUSED_ms = 1_000;

/** The local API of one agent. */
export class ApiServer {
  readonly #service: AgentService;
  readonly #onFault: (error: unknown) => void;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #counts = new Map<(typeof COUNTER_NAMES)[number], number>(COUNTER_NAMES.map((name) => [name, 0]));

  /** @param onFault called with errors that a client did not cause */
  constructor(service: AgentService, onFault: (error: unknown) => void) {
    this.#service = service;
    this.#onFault = onFault;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#accept(socket);
    });
  }

  /**
   * Makes the socket, mode 0660, and its directory. @throws ApiSocketError: another agent has it, or the path cannot be
   * used
   */
  async listen(path: string): Promise<void> {
    await claimSocketPath(path);
    await listenOn(this.#server, path);
    this.#server.on('error', this.#onFault); // accept: out of file descriptors
  }

  /** Closes all connections and removes the socket. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  #accept(socket: Socket): void {
    if (this.#sockets.size >= MAX_CONNECTIONS) {
      this.#count('connectionsRefused');
      socket.on('error', () => undefined);
      socket.setTimeout(REFUSED_ms, () => socket.destroy());
      socket.resume();
      socket.end(errorLine(null, 'busy', `${MAX_CONNECTIONS} clients are connected already`));
      return;
    }
    this.#count('connections');
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    void serveConnection(socket, this.#service, {
      onRequest: () => this.#count('requests'),
      onRejected: () => this.#count('requestsRejected'),
      onSlowReader: () => this.#count('slowReadersCutOff'),
      onFault: (error) => {
        this.#count('requestsFailed');
        this.#onFault(error);
      },
    });
  }

  #count(name: (typeof COUNTER_NAMES)[number]): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }
}
