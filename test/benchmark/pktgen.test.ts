// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { deviceCommands, expressible, parseResult } from '#scripts/packets/pktgen.js';
import type { StreamSpec } from '#scripts/packets/stream.js';
import { hostFrame, toRemote, tunnelFrame } from '#scripts/benchmark/stages/mixes.js';

const MACS = { fromMac: Uint8Array.of(2, 0, 0, 0, 0, 1), toMac: Uint8Array.of(2, 0, 0, 0, 0, 2) };
const DEVICE = { namespace: 'generator', name: 'g0', ifindex: 7, mac: MACS.fromMac };

function toOne(eid: 4 | 6): StreamSpec {
  return { frame: hostFrame(eid, MACS), flows: toRemote({ eid, rloc: 4 }), device: DEVICE };
}

test('IPv4 from a host to one EID, in 1,024 flows', (t) => {
  t.deepEqual(deviceCommands(toOne(4), 5000), [
    ...['count 5000', 'clone_skb 0', 'delay 0', 'flag NO_TIMESTAMP', 'pkt_size 60'],
    ...['dst_mac 02:00:00:00:00:02', 'src_mac 02:00:00:00:00:01'],
    ...['dst_min 1.1.1.1', 'dst_max 1.1.1.1', 'src_max 5.5.5.5', 'src_min 5.5.5.5'],
    ...['udp_dst_min 9', 'udp_dst_max 9', 'udp_src_min 1024', 'udp_src_max 2048', 'flag UDPSRC_RND'],
  ]);
});

test('IPv6 frames have room for the header of pktgen', (t) => {
  const commands = deviceCommands(toOne(6), 1);
  for (const line of ['pkt_size 78', 'dst6 fd01::1', 'src6 fd05::5']) t.true(commands.includes(line), line);
  t.false(commands.some((line) => line.startsWith('dst_m') && !line.startsWith('dst_mac')));
});

test('frames that pktgen cannot build are sent as live frames', (t) => {
  const { flows } = toOne(4);
  t.true(expressible(toOne(4)));
  t.false(expressible({ frame: tunnelFrame({ eid: 4, rloc: 4 }, MACS), flows }));
  const table = { family: 4, shape: 'campus', entries: 10 } as const;
  t.false(expressible({ frame: hostFrame(4, MACS), flows: { ...flows, to: { table } } }));
});

test('the result of a run', (t) => {
  const text =
    'Current:\n     pkts-sofar: 5000  errors: 0\nResult: OK: 12345(c12000+d345) usec, 5000 (60byte,0frags)\n';
  t.deepEqual(parseResult(text), { duration_ms: 12.345, sent: 5000 });
  t.throws(() => parseResult('Result: Idle\n'), { message: 'pktgen: Result: Idle' });
  t.throws(() => parseResult(''), { message: 'pktgen: no result' });
});
