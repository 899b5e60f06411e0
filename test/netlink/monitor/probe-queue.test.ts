// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { formatAddress } from '#addr/index.js';
import { MAX_WAITING, type Probed, PROBES, ProbeQueue } from '#netlink/monitor/probe-queue.js';

function host(n: number): Probed {
  return { ifindex: 2, address: { family: 4, bits: 0x01010000n + BigInt(n) } };
}

/** A kernel that answers only on request. */
function slowKernel() {
  const asked: string[] = [];
  let answer: () => void = () => undefined;
  const queue = new ProbeQueue(({ address }) => {
    asked.push(formatAddress(address));
    return new Promise((resolve) => (answer = resolve));
  });
  return { queue, asked, answer: () => answer() };
}

const hosts = (count: number): Probed[] => Array.from({ length: count }, (_, n) => host(n));

test('a host is probed at once, and a queued host is not probed twice', async (t) => {
  const { queue, asked, answer } = slowKernel();
  queue.add([host(1)]);
  t.deepEqual(asked, ['1.1.0.1']);
  queue.add([host(2), host(2)]);
  queue.add([host(2), host(3)]);
  while (asked.length < 3) {
    answer();
    await new Promise(setImmediate);
  }
  t.deepEqual(asked, ['1.1.0.1', '1.1.0.2', '1.1.0.3']);
});

test('many hosts are probed in order, in batches', async (t) => {
  const asked: string[] = [];
  let underWay = 0;
  const all = new Promise<void>((resolve) => {
    const queue = new ProbeQueue(async ({ address }) => {
      underWay += 1;
      await new Promise(setImmediate);
      t.is(underWay, 1);
      underWay -= 1;
      if (asked.push(formatAddress(address)) === 3 * PROBES) resolve();
    });
    queue.add(hosts(3 * PROBES));
  });
  await all;
  t.deepEqual(
    asked,
    hosts(3 * PROBES).map(({ address }) => formatAddress(address)),
  );
});

test('if the queue is full, a host is dropped and counted', (t) => {
  const { queue } = slowKernel();
  queue.add([host(0)]);
  const taken = 1; // only the first host: the others were not queued yet when its batch was taken
  queue.add(hosts(MAX_WAITING + 2).slice(taken));
  t.is(queue.counts.probesDropped, 1);
  queue.add([host(1)]);
  t.is(queue.counts.probesDropped, 1, 'it waits already');
});
