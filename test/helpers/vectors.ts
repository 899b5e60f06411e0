// SPDX-License-Identifier: Apache-2.0
import { type Datagram, readPcap } from './pcap.js';

/** UDP payload written as hexadecimal digits, with spaces where they help. */
export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The four control messages of a host move, as sent by routers in the field. */
export const STORY = {
  /** Map-Server to the xTR that the host left: the new locator, and the xTR-ID of the receiver. */
  mapNotify: fromHex(`
    48000001 c51abcce2acd7f84 0001 0014 417208d3b8ab2592a7b623b10369319cb2f9d658
    000005a0 01 20 0000 0000 0001 01010101 00000000 0001 0001 04040404
    8527c2e3b036f4990c2893bb56d43540 0000000000000000`),
  /** TTL 0 and no locators: the xTR withdraws its own locator. */
  withdraw: fromHex(`
    32000101 00858bb2de38e822 0001 0014 3dde06606e3667d45b3614fb5d3778f16c9eec90
    00000000 00 20 7000 0000 0001 01010101
    8527c2e3b036f4990c2893bb56d43540 0000000000000000`),
  /** P, S and D, and an ITR-RLOC of AFI 0. */
  smr: fromHex('13002001 68662d668c6eab0f 0001 01010101 0000 0020 0001 05050505'),
  /** As the Map-Server forwarded it. The inner identification is 0x0238. */
  smrInvokedEcm: fromHex(`
    80000000
    45c0003c02380000ff11b4b50101010101010101
    10f610f6002879a6
    10400001 39050b996c138ade 0001 05050505 0001 04040404 0020 0001 01010101`),
} as const;

const CAPTURES = ['instance-id-7', 'ipv6-rlocs', 'rloc-change-smr'] as const;

/** Every control message of the captures. */
export const CAPTURED: readonly (Datagram & { readonly name: string })[] = CAPTURES.flatMap((file) =>
  readPcap(new URL(`../../../test/wire/captures/${file}.pcap`, import.meta.url))
    .filter(({ sourcePort, destinationPort }) => sourcePort === 4342 || destinationPort === 4342)
    .map((datagram) => ({ ...datagram, name: `${file} packet ${datagram.number}` })),
);

/** All of the above, by name. */
export const VECTORS: ReadonlyMap<string, Uint8Array> = new Map([
  ...Object.entries(STORY),
  ...CAPTURED.map(({ name, payload }): [string, Uint8Array] => [name, payload]),
]);
