// SPDX-License-Identifier: Apache-2.0
// Two routers on virtual machines with a kernel of Debian's, and the BPF tests on that kernel. One pair for all tests.
import test from 'ava';
import type { StatisticsView, StatusView } from '../../src/core/views.js';
import { type Base, prepareKernel } from '../../scripts/vm/boot.js';
import { LAB_KERNEL } from '../../scripts/vm/kernel/matrix.js';
import { runTests } from '../../scripts/vm/kernels/run-kernel.js';
import { type Pair, withPair } from '../../scripts/vm/pair/pair.js';
import { EAST, inHost } from '../../scripts/vm/pair/site.js';

/** Where instructions are emulated, and other work runs too. */
const TIMEOUT_ms = 1_200_000;
const PINGS = 5;
/** One file for each program, and one with frames that really leave. */
const BPF_TESTS = ['both-roles', 'eid-verdict', 'rloc-verdict'].map(
  (name) => `build/test/bpf/${name}.test.js`,
);

let base: Base;
let pair: Pair;
let finish: () => void = () => undefined;
let ended: Promise<unknown> = Promise.resolve();

test.before('the pair boots', async (t) => {
  t.timeout(TIMEOUT_ms);
  base = await prepareKernel(LAB_KERNEL, (text) => t.log(text));
  await new Promise<void>((resolve, reject) => {
    ended = withPair(base, { what: 'pair' }, async (both) => {
      pair = both;
      resolve();
      await new Promise<void>((done) => (finish = done));
    });
    ended.catch(reject);
  });
});

test.after.always(async () => {
  finish();
  await ended;
});

/** How many were answered. */
async function ping(to: string): Promise<number> {
  const command = ['ping', '-n', '-q', '-c', String(PINGS), '-i', '0.5', '-W', '60', to];
  const { stdout } = await pair.west.guest.run([...inHost, ...command], { timeout_ms: TIMEOUT_ms });
  return Number(/(\d+) received/.exec(stdout)?.[1] ?? 0);
}

async function packets(name: 'west' | 'east', reason: string): Promise<number> {
  const { stdout } = await pair[name].xtrctl('show', 'statistics', '--json');
  return (JSON.parse(stdout) as StatisticsView).dataPath[reason]?.packets ?? 0;
}

function modes(status: StatusView): string[] {
  return (status.dataPath?.interfaces ?? []).map(({ name, mode }) => `${name} ${mode}`).sort();
}

for (const mode of ['native', 'generic'] as const)
  test.serial(
    `routers with ${mode} XDP on virtio-net: nothing is lost, the first packet included`,
    async (t) => {
      t.timeout(TIMEOUT_ms);
      const routers = await Promise.all([pair.west.startRouter(mode), pair.east.startRouter(mode)]);
      for (const { status } of routers) {
        t.deepEqual(modes(status), [`eid0 ${mode}`, `eth0 ${mode}`]);
        t.deepEqual(status.warnings, []);
      }
      t.is(await ping(EAST.eid), PINGS);
      t.is(await ping(EAST.eidV6), PINGS);
      t.true((await packets('west', 'encapsulated')) > 0);
      t.true((await packets('east', 'decapsulated')) > 0);
      for (const { process } of routers) process.signal('SIGTERM');
      await Promise.all(routers.map(({ process }) => process.exited));
    },
  );

test.serial(
  'virtio-net with frames that a page does not hold: generic XDP, and the command that mends it',
  async (t) => {
    t.timeout(TIMEOUT_ms);
    const { guest } = pair.west;
    // A link that is pinned is adopted, whatever the MTU.
    await guest.must(['rm', '-r', '/sys/fs/bpf/xtrd']);
    await guest.must(['ip', 'link', 'set', 'eth0', 'mtu', '9000']);
    const { status, process } = await pair.west.startRouter('auto');
    t.deepEqual(modes(status), ['eid0 native', 'eth0 generic']);
    t.regex(status.warnings.join(), /eth0: generic XDP.*: ip link set dev eth0 mtu 3506/);
    process.signal('SIGTERM');
    await process.exited;
    await guest.must(['ip', 'link', 'set', 'eth0', 'mtu', '3506']);
    await guest.must(['rm', '-r', '/sys/fs/bpf/xtrd']);
    const mended = await pair.west.startRouter('auto');
    t.deepEqual(modes(mended.status), ['eid0 native', 'eth0 native']);
    mended.process.signal('SIGTERM');
    await mended.process.exited;
  },
);

test.serial('the BPF tests', async (t) => {
  t.timeout(TIMEOUT_ms);
  const output: string[] = [];
  const print = (text: string): void => void output.push(text);
  const counts = await runTests(pair.west.guest, BPF_TESTS, base.accelerator, print);
  t.deepEqual(counts.failed, [], output.join(''));
  t.true(counts.passed > 0);
});
