// SPDX-License-Identifier: Apache-2.0
import { createSocket, type Socket } from 'node:dgram';
import { type Address, formatAddress } from '../addr/index.js';

/** UDP port of LISP control messages (RFC 9301 section 5). */
export const CONTROL_PORT = 4342;
/**
 * Receive buffer of one socket. When core is behind, datagrams wait here and nowhere else; beyond it the kernel drops
 * them and counts (see socket-drops.ts). Room for some thousand Map-Registers, as after a Map-Server was away. The
 * kernel grants net.core.rmem_max at most.
 */
export const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** An RLOC on a loopback may be configured, or moved here, after the agent has started: one system call a second. */
export const BIND_RETRY_MS = 1_000;

export interface ControlSocketEvents {
  datagram(bytes: Uint8Array, from: string, fromPort: number): void;
  /** The socket serves its address now. */
  bound(): void;
  /** Binding failed, or the socket broke; it is tried again. `code` is an errno's name. */
  failed(code: string): void;
}

/** There are no names here but addresses: to ask the resolver for each datagram doubles the time of sending it. */
function asItIs(family: 4 | 6) {
  return (
    address: string,
    _options: unknown,
    found: (error: null, address: string, family: number) => void,
  ): void => found(null, address, family);
}

/** A socket for one local address, bound again until it works: which address a datagram came to is then known. */
export class ControlSocket {
  readonly address: Address;
  readonly #events: ControlSocketEvents;
  #socket: Socket | undefined;
  #bound = false;
  #retryTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(address: Address, events: ControlSocketEvents) {
    this.address = address;
    this.#events = events;
  }

  get bound(): boolean {
    return this.#bound;
  }

  /** Resolves when the first attempt has worked or failed. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      const socket = createSocket({
        type: this.address.family === 4 ? 'udp4' : 'udp6',
        ipv6Only: this.address.family === 6,
        recvBufferSize: RECEIVE_BUFFER_BYTES,
        lookup: asItIs(this.address.family),
      });
      this.#socket = socket;
      socket.on('message', (bytes, { address, port }) => this.#events.datagram(bytes, address, port));
      socket.once('error', (error: NodeJS.ErrnoException) => {
        this.#failed(socket, error.code ?? error.message);
        resolve();
      });
      socket.bind({ address: formatAddress(this.address), port: CONTROL_PORT, exclusive: true }, () => {
        this.#bound = true;
        this.#events.bound();
        resolve();
      });
    });
  }

  #failed(socket: Socket, code: string): void {
    this.#bound = false;
    socket.close();
    this.#socket = undefined;
    if (this.#closed) return;
    this.#events.failed(code);
    this.#retryTimer = setTimeout(() => void this.open(), BIND_RETRY_MS);
  }

  /** `done` gets the errno's name, or nothing. */
  send(bytes: Uint8Array, to: Address, toPort: number, done: (code: string | undefined) => void): void {
    if (this.#socket === undefined || !this.#bound) return done('EADDRNOTAVAIL');
    const finished = (error: NodeJS.ErrnoException | null): void =>
      done(error === null ? undefined : (error.code ?? error.message));
    try {
      this.#socket.send(bytes, toPort, formatAddress(to), finished);
    } catch (error) {
      finished(error as NodeJS.ErrnoException); // port 0, as a hostile source port would have it
    }
  }

  /** Bytes that the kernel granted; 0 while not bound. */
  receiveBufferBytes(): number {
    return this.#bound ? (this.#socket?.getRecvBufferSize() ?? 0) : 0;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#bound = false;
    clearTimeout(this.#retryTimer);
    const socket = this.#socket;
    this.#socket = undefined;
    return new Promise((resolve) => (socket === undefined ? resolve() : socket.close(() => resolve())));
  }
}
