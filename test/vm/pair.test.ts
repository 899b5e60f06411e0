// SPDX-License-Identifier: Apache-2.0
// Two routers on virtual machines with a kernel of Debian's, and the BPF tests on that kernel. One pair for all tests.
import test from 'ava';
import type { DatabaseEntryView, StatisticsView, StatusView } from '#core/service/views.js';
import { until } from '#scripts/kit/wait.js';
import { type Base, prepareKernel } from '#scripts/vm/boot.js';
import { LAB_KERNEL } from '#scripts/vm/kernel/matrix.js';
import { runTests } from '#scripts/vm/kernels/run-kernel.js';
import { type Pair, type PairMachine, withPair } from '#scripts/vm/pair/pair.js';
import { EAST, inHost, ROAMER_GATEWAY } from '#scripts/vm/pair/site.js';

/** A host that moves between the sites. */
const ROAMER = '10.9.0.1';
/** Instructions are emulated, and the machine may be busy. */
const TIMEOUT_ms = 1_200_000;
const PINGS = 5;
const POLL_ms = 500;
/** One file for each program. */
const BPF_TESTS = ['both-roles', 'eid-verdict', 'rloc-verdict'];

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

/** Number of answered pings. */
async function ping({ guest }: PairMachine, to: string): Promise<number> {
  const command = ['ping', '-n', '-q', '-c', String(PINGS), '-i', '0.5', '-W', '60', to];
  const { stdout } = await guest.run([...inHost, ...command], { timeout_ms: TIMEOUT_ms });
  return Number(/(\d+) received/.exec(stdout)?.[1] ?? 0);
}

async function packets(name: 'west' | 'east', reason: string): Promise<number> {
  const { stdout } = await pair[name].xtrctl('show', 'statistics', '--json');
  return (JSON.parse(stdout) as StatisticsView).dataPath[reason]?.packets ?? 0;
}

function modes(status: StatusView): string[] {
  return (status.dataPath?.interfaces ?? []).map(({ name, mode }) => `${name} ${mode}`).sort();
}

type Routers = Awaited<ReturnType<PairMachine['startRouter']>>[];

/** Runs both routers while `use` runs. */
async function withRouters(mode: string, use: (routers: Routers) => Promise<void>): Promise<void> {
  const routers = await Promise.all([pair.west.startRouter(mode), pair.east.startRouter(mode)]);
  try {
    await use(routers);
  } finally {
    for (const { process } of routers) process.signal('SIGTERM');
    await Promise.all(routers.map(({ process }) => process.exited));
  }
}

for (const mode of ['generic', 'native'] as const)
  test.serial(
    `routers with ${mode} XDP on virtio-net: nothing is lost, the first packet included`,
    async (t) => {
      t.timeout(TIMEOUT_ms);
      await withRouters(mode, async (routers) => {
        for (const { status } of routers) {
          t.deepEqual(modes(status), [`eid0 ${mode}`, `eth0 ${mode}`]);
          t.deepEqual(status.warnings, []);
        }
        // The first packets find no neighbour yet: the agent of west or the kernel of east sends them on.
        const counted = async (): Promise<[encapsulated: number, decapsulated: number]> => [
          (await packets('west', 'encapsulated')) + (await packets('west', 'no-neighbour')),
          (await packets('east', 'decapsulated')) + (await packets('east', 'decapsulated-to-kernel')),
        ];
        // The pinned counters of the previous mode still exist.
        const [encapsulated, decapsulated] = await counted();
        t.is(await ping(pair.west, EAST.eid), PINGS);
        t.is(await ping(pair.west, EAST.eidV6), PINGS);
        // Held packets are counted, too, when they are sent.
        t.deepEqual(await counted(), [encapsulated + 2 * PINGS, decapsulated + 2 * PINGS]);
      });
    },
  );

/** Moves the host to this site, where it sends a packet. */
async function arrive({ guest }: PairMachine): Promise<void> {
  await guest.must(['ip', '-n', 'host', 'address', 'add', `${ROAMER}/16`, 'dev', 'eth0']);
  const speak = ['ping', '-n', '-q', '-c', '1', '-W', '60', '-I', ROAMER, ROAMER_GATEWAY];
  await guest.must([...inHost, ...speak]);
}

async function registered(machine: PairMachine): Promise<boolean> {
  const { stdout } = await machine.xtrctl('show', 'database', '--json');
  const entry = (JSON.parse(stdout) as DatabaseEntryView[]).find(({ eid }) => eid === `${ROAMER}/32`);
  return entry?.mapServers[0]?.acknowledged === true;
}

test.serial('a host moves, and each site reaches it at the other one', async (t) => {
  t.timeout(TIMEOUT_ms);
  const { west, east } = pair;
  await withRouters('native', async () => {
    await arrive(west);
    await until('the host is registered by west', () => registered(west), TIMEOUT_ms, POLL_ms);
    t.is(await ping(east, ROAMER), PINGS);

    await west.guest.must(['ip', '-n', 'host', 'address', 'delete', `${ROAMER}/16`, 'dev', 'eth0']);
    await arrive(east);
    await until('the host is registered by east', () => registered(east), TIMEOUT_ms, POLL_ms);
    const isAway = async (): Promise<boolean> =>
      (await west.xtrctl('show', 'away')).stdout.includes(`${ROAMER}/32`);
    await until('west knows that the host is away', isAway, TIMEOUT_ms, POLL_ms);
    t.false(await registered(west));
    t.is(await ping(west, ROAMER), PINGS);
    t.true((await packets('west', 'encapsulated')) >= PINGS);
  });
});

test.serial(
  'virtio-net with an MTU of 9000 gets native XDP, as the programs accept frames of several buffers',
  async (t) => {
    t.timeout(TIMEOUT_ms);
    const { guest } = pair.west;
    // A pinned link is adopted, regardless of the MTU.
    await guest.must(['rm', '-r', '/sys/fs/bpf/xtrd']);
    await guest.must(['ip', 'link', 'set', 'eth0', 'mtu', '9000']);
    const { status, process } = await pair.west.startRouter('auto');
    t.deepEqual(modes(status), ['eid0 native', 'eth0 native']);
    t.deepEqual(status.warnings, []);
    process.signal('SIGTERM');
    await process.exited;
    await guest.must(['ip', 'link', 'set', 'eth0', 'mtu', '1500']);
  },
);

test.serial('the BPF tests', async (t) => {
  t.timeout(TIMEOUT_ms);
  const files = BPF_TESTS.map((name) => `build/test/bpf/${name}.test.js`);
  const output: string[] = [];
  const print = (text: string): void => void output.push(text);
  const counts = await runTests(pair.west.guest, files, base.accelerator, print);
  t.deepEqual(counts.failed, [], output.join(''));
  const passed = BPF_TESTS.filter((name) => new RegExp(`^ok \\d+ - ${name} › `, 'm').test(output.join('')));
  t.deepEqual(passed, BPF_TESTS);
});
