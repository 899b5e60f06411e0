// SPDX-License-Identifier: Apache-2.0
import { getSystemErrorName } from 'node:util';
import { type Address, addressBytes } from '#addr/index.js';
import { datagramsIn, type ReceivedDatagram } from './datagrams.js';

/** UDP port of LISP control messages (RFC 9301 section 5). */
export const CONTROL_PORT = 4342;
/**
 * Buffers of one socket. When core is behind, datagrams are queued in the receive buffer only. When it is full, the
 * kernel drops and counts them (see socket-drops.ts). It has room for some thousand Map-Registers, as after a
 * Map-Server was away.
 */
export const BUFFER_BYTES = 4 * 1024 * 1024;
/**
 * Interval of bind attempts. An RLOC may be configured, or moved here, after the start. Costs a few system calls a
 * second.
 */
export const BIND_RETRY_ms = 1_000;

/**
 * A bound UDP socket: openUdpSocket of the addon. A socket of node:dgram needs a system call and several objects for each
 * datagram, and has addresses as text. That takes more time than the Map-Server needs for the message.
 */
export interface UdpSocket {
  /** Never blocks. Returns 0, or the errno with which the kernel refused. */
  send(datagram: Uint8Array, address: Uint8Array, port: number): number;
  receiveBufferBytes(): number;
  close(): void;
}

/** @throws Error with the `code` of an errno */
export type OpenUdpSocket = (
  address: Uint8Array,
  port: number,
  bufferBytes: number,
  onDatagrams: (datagrams: Uint8Array) => void,
) => UdpSocket;

export interface ControlSocketEvents {
  datagram(datagram: ReceivedDatagram): void;
  /** The socket is bound. */
  bound(): void;
  /** Binding failed and is retried. `code` is the name of an errno. */
  failed(code: string): void;
}

/** A socket for one local address, so that the destination of a datagram is known. Binding is retried until it works. */
export class ControlSocket {
  readonly address: Address;
  readonly #events: ControlSocketEvents;
  readonly #openUdpSocket: OpenUdpSocket;
  #socket: UdpSocket | undefined;
  #retryTimer: NodeJS.Timeout | undefined;

  constructor(address: Address, openUdpSocket: OpenUdpSocket, events: ControlSocketEvents) {
    this.address = address;
    this.#openUdpSocket = openUdpSocket;
    this.#events = events;
  }

  get bound(): boolean {
    return this.#socket !== undefined;
  }

  /** Makes the first attempt before it returns. */
  open(): void {
    const { family } = this.address;
    try {
      this.#socket = this.#openUdpSocket(addressBytes(this.address), CONTROL_PORT, BUFFER_BYTES, (batch) => {
        for (const datagram of datagramsIn(batch, family)) this.#events.datagram(datagram);
      });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#events.failed(code ?? message);
      this.#retryTimer = setTimeout(() => this.open(), BIND_RETRY_ms);
      return;
    }
    this.#events.bound();
  }

  /** Returns the name of the errno, or nothing. If the kernel has no room (EAGAIN), the datagram is not sent. */
  send(bytes: Uint8Array, to: Address, toPort: number): string | undefined {
    if (this.#socket === undefined) return 'EADDRNOTAVAIL';
    const errno = this.#socket.send(bytes, addressBytes(to), toPort);
    return errno === 0 ? undefined : getSystemErrorName(-errno);
  }

  /** Size of the receive buffer that the kernel granted, in bytes. 0 while not bound. */
  receiveBufferBytes(): number {
    return this.#socket?.receiveBufferBytes() ?? 0;
  }

  close(): void {
    clearTimeout(this.#retryTimer);
    this.#socket?.close();
    this.#socket = undefined;
  }
}
