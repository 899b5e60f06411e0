// SPDX-License-Identifier: Apache-2.0
import { getSystemErrorName } from 'node:util';
import { type Address, addressBytes } from '#addr/index.js';
import { datagramsIn, type ReceivedDatagram } from './datagrams.js';

/** UDP port of LISP control messages (RFC 9301 section 5). */
export const CONTROL_PORT = 4342;
/**
 * Buffers of one socket. When core is behind, datagrams wait in that for receiving and nowhere else; beyond it the kernel
 * drops them and counts (see socket-drops.ts). Room for some thousand Map-Registers, as after a Map-Server was away.
 */
export const BUFFER_BYTES = 4 * 1024 * 1024;
/** An RLOC on a loopback may be configured, or moved here, after the agent has started: a few system calls a second. */
export const BIND_RETRY_MS = 1_000;

/**
 * A bound UDP socket: openUdpSocket of the addon. Sockets of node:dgram take a system call and several objects for each
 * datagram, and addresses as text: more time than the Map-Server needs for the message in it.
 */
export interface UdpSocket {
  /** Never blocks. Returns 0, or the errno of what the kernel had against it. */
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
  /** The socket serves its address now. */
  bound(): void;
  /** Binding failed; it is tried again. `code` is an errno's name. */
  failed(code: string): void;
}

/** A socket for one local address, bound again until it works: which address a datagram came to is then known. */
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

  /** The first attempt has worked or failed when it returns. */
  open(): void {
    const { family } = this.address;
    try {
      this.#socket = this.#openUdpSocket(addressBytes(this.address), CONTROL_PORT, BUFFER_BYTES, (batch) => {
        for (const datagram of datagramsIn(batch, family)) this.#events.datagram(datagram);
      });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#events.failed(code ?? message);
      this.#retryTimer = setTimeout(() => this.open(), BIND_RETRY_MS);
      return;
    }
    this.#events.bound();
  }

  /** Returns the errno's name, or nothing. What the kernel has no room for now (EAGAIN) is not sent. */
  send(bytes: Uint8Array, to: Address, toPort: number): string | undefined {
    if (this.#socket === undefined) return 'EADDRNOTAVAIL';
    const errno = this.#socket.send(bytes, addressBytes(to), toPort);
    return errno === 0 ? undefined : getSystemErrorName(-errno);
  }

  /** Bytes that the kernel granted; 0 while not bound. */
  receiveBufferBytes(): number {
    return this.#socket?.receiveBufferBytes() ?? 0;
  }

  close(): void {
    clearTimeout(this.#retryTimer);
    this.#socket?.close();
    this.#socket = undefined;
  }
}
