// SPDX-License-Identifier: Apache-2.0
import { endianness } from 'node:os';
import { type Address, addressBytes, formatAddress, isLinkLocal, sameAddress } from '#addr/index.js';
import type { Datagram } from '#control/contract/inputs.js';
import type { ControlTransport } from '#core/ports.js';
import { CONTROL_PORT, ControlSocket, type OpenUdpSocket } from './control-socket.js';
import type { ReceivedDatagram } from './datagrams.js';
import { procNetAddress, socketDrops } from './socket-drops.js';

export interface ControlTransportOptions {
  /** Every address that control messages are sent from and received on: our RLOCs, and a Map-Server's addresses. */
  readonly addresses: readonly Address[];
  readonly openUdpSocket: OpenUdpSocket;
  readonly log: (level: 'error' | 'warn' | 'info' | 'debug', message: string) => void;
}

/**
 * Opens UDP port 4342 on each address. Returns after one attempt for each. An address that is missing or in use is
 * logged, and retried until it can be bound.
 *
 * The kernel verifies the UDP checksum on receipt (RFC 9301 section 5: MUST) and computes it on sending. An IPv4 datagram
 * without a checksum (0, RFC 768) is delivered.
 *
 * By RFC 9301 section 5, control messages are accepted if either port is 4342. Datagrams to port 4342 are accepted from
 * any source port, so a NAT may rewrite it. The other case, source port 4342 and another destination port, is an answer
 * to a message that was sent from another port. xtrd sends every message from 4342, so answers come to 4342. A NAT
 * between restores that port.
 *
 * Nothing is queued here. At most 32 datagrams of a socket are read before other events have their turn, and each goes to
 * the listener at once. The rest is queued in the kernel's buffers, which are bounded and counted.
 */
export function openControlTransport(options: ControlTransportOptions): ControlTransport {
  const transport = new UdpControlTransport(options);
  transport.open();
  return transport;
}

class UdpControlTransport implements ControlTransport {
  readonly #sockets: readonly ControlSocket[];
  readonly #procNetAddresses: readonly string[];
  readonly #log: ControlTransportOptions['log'];
  #listener: (datagram: Datagram) => void = () => undefined;
  readonly #counts = {
    datagramsIn: 0,
    datagramsOut: 0,
    datagramsUnaddressed: 0,
    sendErrors: 0,
    bindErrors: 0,
  };
  readonly #sendErrors = new Map<string, number>();
  /** Last failure of each address, so that only a new one is logged. */
  readonly #failures = new Map<ControlSocket, string>();

  constructor({ addresses, openUdpSocket, log }: ControlTransportOptions) {
    this.#log = log;
    this.#sockets = addresses.map((address) => this.#createSocket(address, openUdpSocket));
    const littleEndian = endianness() === 'LE';
    this.#procNetAddresses = addresses.map((address) => procNetAddress(addressBytes(address), littleEndian));
  }

  open(): void {
    for (const socket of this.#sockets) socket.open();
  }

  onDatagram(listener: (datagram: Datagram) => void): void {
    this.#listener = listener;
  }

  send(bytes: Uint8Array, from: Address | undefined, to: Address, toPort: number): void {
    const socket = this.#socketFor(from, to);
    const code = socket === undefined ? 'EADDRNOTAVAIL' : socket.send(bytes, to, toPort);
    if (code === undefined) this.#counts.datagramsOut++;
    else this.#sendFailed(code);
  }

  counters(): Readonly<Record<string, number>> {
    return {
      ...this.#counts,
      ...Object.fromEntries([...this.#sendErrors].map(([code, count]) => [`sendErrors${code}`, count])),
      addressesMissing: this.#sockets.filter(({ bound }) => !bound).length,
      kernelDrops: socketDrops(this.#procNetAddresses),
    };
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #createSocket(address: Address, openUdpSocket: OpenUdpSocket): ControlSocket {
    const socket: ControlSocket = new ControlSocket(address, openUdpSocket, {
      datagram: (datagram) => this.#received(datagram, address),
      bound: () => this.#bound(socket),
      failed: (code) => this.#bindFailed(socket, code),
    });
    return socket;
  }

  #socketFor(from: Address | undefined, to: Address): ControlSocket | undefined {
    if (from === undefined)
      return this.#sockets.find((socket) => socket.bound && socket.address.family === to.family);
    return this.#sockets.find((socket) => sameAddress(socket.address, from) && from.family === to.family);
  }

  #received({ from, fromPort, bytes }: ReceivedDatagram, to: Address): void {
    // A link-local address means nothing without its interface, and is never an RLOC.
    if (from.family === 6 && isLinkLocal(from)) {
      this.#counts.datagramsUnaddressed++;
      return;
    }
    this.#counts.datagramsIn++;
    this.#listener({ from, fromPort, to, bytes });
  }

  #sendFailed(code: string): void {
    this.#counts.sendErrors++;
    this.#sendErrors.set(code, (this.#sendErrors.get(code) ?? 0) + 1);
  }

  #bound(socket: ControlSocket): void {
    const address = formatAddress(socket.address);
    this.#failures.delete(socket);
    this.#log(
      'info',
      `control messages on ${address} port ${CONTROL_PORT}, buffer ${socket.receiveBufferBytes()} bytes`,
    );
  }

  #bindFailed(socket: ControlSocket, code: string): void {
    this.#counts.bindErrors++;
    if (this.#failures.get(socket) === code) return;
    this.#failures.set(socket, code);
    const address = formatAddress(socket.address);
    this.#log(
      'warn',
      `no control messages on ${address} port ${CONTROL_PORT} yet: ${explain(code, address)}`,
    );
  }
}

function explain(code: string, address: string): string {
  if (code === 'EADDRNOTAVAIL') return `no interface has this address; ip address add ${address} dev lo`;
  if (code === 'EADDRINUSE')
    return `another process has the port; ss -lunp 'sport = :${CONTROL_PORT}' tells which`;
  return code;
}
