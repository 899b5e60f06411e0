// SPDX-License-Identifier: Apache-2.0
// ICMP errors from the core: the agent gets a copy, the kernel the packet.
import test from 'ava';
import { concat, ethernet, ICMP, ICMPV6, ip } from '#test/helpers/packets.js';
import { CORE_ICMP, decodePunt } from './punt-record.js';
import { counted, Router, XDP_PASS } from './router.js';
import { EID, FAMILIES, type Family, GATEWAY_MAC, OURS, REMOTE, RLOC, SITE } from './site.js';
import { padded } from './tables.js';
import { payload } from './tunnel.js';

const routers = { rloc: new Router('rloc'), both: new Router('both') };
test.after.always(() => {
  for (const router of Object.values(routers)) router.close();
});

interface Error {
  readonly type?: number;
  readonly destination?: string;
  readonly protocol?: number;
  readonly options?: Uint8Array;
}

function error(family: Family, fields: Error = {}): Uint8Array {
  const { type = family === 4 ? 3 : 2, destination = OURS[family], protocol = PROTOCOL[family] } = fields;
  const { options = new Uint8Array() } = fields;
  const message = concat(Uint8Array.of(type, 4, 0, 0, 0, 0, 5, 120), payload(48));
  return ethernet(
    RLOC.mac,
    GATEWAY_MAC,
    ip({ source: REMOTE[family], destination, protocol, options }, message),
  );
}
const PROTOCOL = { 4: ICMP, 6: ICMPV6 } as const;

for (const [program, router] of Object.entries(routers)) {
  const run = (frame: Uint8Array, ifindex = RLOC.ifindex) =>
    router.run({ entries: [...SITE], frames: [{ frame, ifindex }] });

  for (const family of FAMILIES) {
    for (const type of family === 4 ? [3, 11] : [1, 2, 3])
      test(`${program}, IPv${family}: type ${type} is punted and goes to the kernel`, async (t) => {
        const frame = error(family, { type });
        const outcome = await run(frame);
        t.is(outcome.runs[0]?.verdict, XDP_PASS);
        t.deepEqual(counted(outcome), { 'to-kernel': 1, punted: 1 });
        const [record] = outcome.punts.map(decodePunt);
        t.like(record, {
          reason: CORE_ICMP,
          ifindex: RLOC.ifindex,
          rlocFamily: 0,
          sourceEid: padded(REMOTE[family]),
          destinationEid: padded(OURS[family]),
          frame,
        });
      });

    for (const [what, frame, ifindex] of [
      ['echo request', error(family, { type: family === 4 ? 8 : 128 }), RLOC.ifindex],
      ['ICMP of the other family', error(family, { protocol: PROTOCOL[family === 4 ? 6 : 4] }), RLOC.ifindex],
      ['to another host', error(family, { destination: REMOTE[family] }), RLOC.ifindex],
      ['cut off', error(family).subarray(0, -1), RLOC.ifindex],
      ['to an EID-facing interface', error(family), EID.ifindex],
      ...(family === 4 ? [['with options', error(4, { options: payload(4) }), RLOC.ifindex] as const] : []),
    ] as const)
      test(`${program}, IPv${family}: ${what} is the kernel's alone`, async (t) => {
        const outcome = await run(frame, ifindex);
        t.is(outcome.runs[0]?.verdict, XDP_PASS);
        t.deepEqual(counted(outcome), { 'to-kernel': 1 });
      });
  }
}
