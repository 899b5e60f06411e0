// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { type Address, formatAddress } from '#addr/index.js';
import type { ControlTransport } from '#core/ports.js';
import { loadNative } from '#datapath/index.js';
import { openControlTransport } from '#transport/index.js';
import { say, serve } from '#test/netlink/helpers/serve.js';

let transport: ControlTransport;

function open(addresses: Address[]): void {
  transport = openControlTransport({
    addresses,
    openUdpSocket: loadNative().openUdpSocket,
    log: (level, message) => say(`${level}: ${message}`),
  });
  transport.onDatagram(({ bytes, from, fromPort, to }) =>
    say(`${formatAddress(from)} ${fromPort} > ${formatAddress(to)}: ${Buffer.from(bytes).toString()}`),
  );
}

/** Blocks this process until the file exists. */
function blockUntil(path: string): void {
  while (!existsSync(path)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

serve({ open, blockUntil }, () => transport);
