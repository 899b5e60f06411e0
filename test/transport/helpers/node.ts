// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { type Address, formatAddress } from '../../../src/addr/index.js';
import type { ControlTransport } from '../../../src/core/ports.js';
import { openControlTransport } from '../../../src/transport/index.js';
import { say, serve } from '../../netlink/helpers/serve.js';

let transport: ControlTransport;

async function open(addresses: Address[]): Promise<void> {
  transport = await openControlTransport({ addresses, log: (level, message) => say(`${level}: ${message}`) });
  transport.onDatagram(({ bytes, from, fromPort, to }) =>
    say(`${formatAddress(from)} ${fromPort} > ${formatAddress(to)}: ${Buffer.from(bytes).toString()}`),
  );
}

/** This process reads nothing until the file is there. */
function blockUntil(path: string): void {
  while (!existsSync(path)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

serve({ open, blockUntil }, () => transport);
