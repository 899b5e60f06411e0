// SPDX-License-Identifier: Apache-2.0
// The MTU that docs/virtual-machines.md advises for kernels whose virtio-net takes no frames of several buffers in native
// XDP: it is the largest one at which no frame is dropped.
import test from 'ava';
import { prepareKernel } from '#scripts/vm/boot.js';
import { type Pair, type PairMachine, withPair } from '#scripts/vm/pair/pair.js';
import { EAST, inHost } from '#scripts/vm/pair/site.js';

/** Its programs take frames of several buffers, its virtio-net does not. */
const KERNEL = '6.1';
const ADVISED_MTU = 3494;
/** Above it, the driver of this kernel refuses native XDP. */
const MAX_NATIVE_MTU = 4064;
/** Outer IPv4, UDP and LISP header. */
const OUTER_BYTES = 36;
/** IPv4 and ICMP header of a ping. */
const PING_HEADER_BYTES = 28;
/** Instructions are emulated, and other work runs too. */
const TIMEOUT_ms = 1_200_000;
const PINGS = 3;

/** Sets the MTU of the underlay, and that of the hosts to what fits into it. */
async function setMtu({ guest }: PairMachine, mtu: number): Promise<void> {
  await guest.must(['ip', 'link', 'set', 'eth0', 'mtu', String(mtu)]);
  await guest.must(['ip', 'link', 'set', 'eid0', 'mtu', String(mtu - OUTER_BYTES)]);
  await guest.must(['ip', '-n', 'host', 'link', 'set', 'eth0', 'mtu', String(mtu - OUTER_BYTES)]);
}

/** How many pings were answered whose encapsulated packets have this many bytes. */
async function ping({ guest }: PairMachine, outerBytes: number): Promise<number> {
  const bytes = outerBytes - OUTER_BYTES - PING_HEADER_BYTES;
  const command = ['ping', '-n', '-q', '-M', 'do', '-c', String(PINGS), '-W', '5', '-s', String(bytes)];
  const { stdout } = await guest.run([...inHost, ...command, EAST.eid], { timeout_ms: TIMEOUT_ms });
  return Number(/(\d+) received/.exec(stdout)?.[1] ?? 0);
}

/** Mode of eth0 of each router, and the pings of each size that were answered. */
async function run(pair: Pair, mtu: number, sizes: readonly number[]) {
  const machines = [pair.west, pair.east];
  for (const machine of machines) {
    // A pinned link stays native, whatever the MTU.
    await machine.guest.run(['rm', '-rf', '/sys/fs/bpf/xtrd'], { timeout_ms: TIMEOUT_ms });
    await setMtu(machine, mtu);
  }
  const routers = await Promise.all(machines.map((machine) => machine.startRouter('auto')));
  const modes = routers.map(
    ({ status }) => status.dataPath?.interfaces.find(({ name }) => name === 'eth0')?.mode,
  );
  await ping(pair.west, 1500); // resolves neighbours and the mapping
  const answered: number[] = [];
  for (const size of sizes) answered.push(await ping(pair.west, size));
  for (const { process } of routers) process.signal('SIGTERM');
  await Promise.all(routers.map(({ process }) => process.exited));
  return { modes, answered, warnings: routers.flatMap(({ status }) => status.warnings) };
}

test(`virtio-net of Linux ${KERNEL}: native XDP carries full frames up to an MTU of ${ADVISED_MTU}, and drops larger frames`, async (t) => {
  t.timeout(TIMEOUT_ms);
  const base = await prepareKernel(KERNEL, (text) => t.log(text));
  await withPair(base, { what: 'mtu' }, async (pair) => {
    const advised = await run(pair, ADVISED_MTU, [ADVISED_MTU]);
    t.log(advised);
    t.deepEqual(advised.modes, ['native', 'native']);
    t.deepEqual(advised.answered, [PINGS]);
    t.deepEqual(advised.warnings, []);

    // The driver accepts this MTU, but drops received frames that do not fit into one buffer.
    const accepted = await run(pair, MAX_NATIVE_MTU, [ADVISED_MTU, ADVISED_MTU + 1, MAX_NATIVE_MTU]);
    t.log(accepted);
    t.deepEqual(accepted.modes, ['native', 'native']);
    t.deepEqual(accepted.answered, [PINGS, 0, 0]);

    const refused = await run(pair, MAX_NATIVE_MTU + 1, []);
    t.log(refused);
    t.deepEqual(refused.modes, ['generic', 'generic']);
    const advice = `ip link set dev eth0 mtu ${ADVISED_MTU}`;
    t.true(
      refused.warnings.every((text) => text.endsWith(advice)),
      refused.warnings.join('\n'),
    );
  });
});
