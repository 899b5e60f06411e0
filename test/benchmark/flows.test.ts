// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { addressBytes, parseAddress } from '#addr/index.js';
import { encodeFlows } from '#scripts/packets/flows.js';
import { buildFrame } from '#scripts/packets/frame.js';

const MAC = Uint8Array.of(2, 0, 0, 0, 0, 1);
const flow = (address: string, count: number, ports: number) =>
  ({
    to: { address: addressBytes(parseAddress(address)), count },
    popularity: 'uniform',
    packets: 8,
    ports,
  }) as const;

for (const [eid, sourceEid, firstEid] of [
  [4, '10.1.0.1', '10.2.128.255'],
  [6, '2001:db8:1::1', '2001:db8:2::1:0'],
] as const)
  test(`IPv${eid}: flows go round ports and destinations, and leave the frame as it is`, (t) => {
    const shape = { eid };
    const frame = buildFrame({ shape, toMac: MAC, fromMac: MAC, sourceEid });
    const before = Uint8Array.from(frame);
    const flows = encodeFlows(flow(firstEid, 2, 4), frame, shape);
    t.deepEqual(Uint8Array.from(frame), before);
    const view = new DataView(flows.buffer);
    const [first, ports] = [parseAddress(firstEid), [1024, 1025, 1026, 1027]];
    for (let packet = 0; packet < 8; packet++) {
      const address = { family: eid, bits: first.bits + BigInt(packet % 2) };
      const at = packet * 24;
      t.deepEqual(flows.slice(at, at + (eid === 4 ? 4 : 16)), addressBytes(address));
      t.is(view.getUint16(at + 16), ports.at(packet % 4)!);
    }
  });
