// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Address, parseAddress } from '#addr/index.js';
import { connect, Namespace } from '#test/netlink/helpers/namespace.js';
import { RemoteProcess } from '#test/netlink/helpers/remote-process.js';
import { receiveRaw, sendRaw } from './helpers/raw-udp.js';
import { until } from '#scripts/kit/wait.js';

type Counters = Readonly<Record<string, number>>;

/** The control transport in a process inside a namespace; prints '2.2.2.2 4342 > 4.4.4.4: text', 'info: ...'. */
class Node extends RemoteProcess {
  static async open(t: ExecutionContext, namespace: Namespace, ...addresses: string[]): Promise<Node> {
    const node = new Node(t, namespace, new URL('./helpers/node.js', import.meta.url));
    await node.ask('open', addresses.map(parseAddress));
    return node;
  }

  send(text: string, from: string | undefined, to: string, toPort = 4342): Promise<void> {
    const source: Address | undefined = from === undefined ? undefined : parseAddress(from);
    return this.ask('send', Buffer.from(text), source, parseAddress(to), toPort);
  }

  counters(): Promise<Counters> {
    return this.ask('counters');
  }
}

/** Two routers with their RLOCs on loopback, as in the story, and routes between them. */
async function routers(t: ExecutionContext): Promise<{ xtr2: Namespace; xtr4: Namespace }> {
  const [xtr2, xtr4] = [await Namespace.create(t), await Namespace.create(t)];
  await connect(xtr2, 'rloc0', xtr4, 'rloc0');
  for (const [node, self, peer] of [
    [xtr2, 2, 4],
    [xtr4, 4, 2],
  ] as const) {
    await node.ip(`address add 10.0.0.${self}/24 dev rloc0`);
    await node.ip(`address add 2001:db8:a::${self}/64 dev rloc0 nodad`);
    await node.ip(`address add ${self}.${self}.${self}.${self}/32 dev lo`);
    await node.ip(`address add 2001:db8::${self}/128 dev lo nodad`);
    await node.ip(`route add ${peer}.${peer}.${peer}.${peer}/32 via 10.0.0.${peer}`);
    await node.ip(`-6 route add 2001:db8::${peer}/128 via 2001:db8:a::${peer}`);
  }
  return { xtr2, xtr4 };
}

for (const [family, ours, theirs] of [
  ['IPv4', '2.2.2.2', '4.4.4.4'],
  ['IPv6', '2001:db8::2', '2001:db8::4'],
] as const) {
  test.serial(
    `${family}: sent from the chosen RLOC and port 4342, received with its destination address`,
    async (t) => {
      const { xtr2, xtr4 } = await routers(t);
      const sender = await Node.open(t, xtr2, '10.0.0.2', '2001:db8:a::2', ours);
      const receiver = await Node.open(t, xtr4, '10.0.0.4', '2001:db8:a::4', theirs);
      await sender.send('one', ours, theirs);
      t.truthy(await receiver.hears(`${ours} 4342 > ${theirs}: one`));
      await receiver.send('two', theirs, ours);
      t.truthy(await sender.hears(`${theirs} 4342 > ${ours}: two`));
      t.like(await sender.counters(), { datagramsIn: 1, datagramsOut: 1, sendErrors: 0 });
    },
  );

  test.serial(`${family}: without a chosen RLOC, sent from the first RLOC of the family`, async (t) => {
    const { xtr2, xtr4 } = await routers(t);
    const sender = await Node.open(t, xtr2, '2.2.2.2', '2001:db8::2', '10.0.0.2', '2001:db8:a::2');
    const receiver = await Node.open(t, xtr4, theirs);
    await sender.send('one', undefined, theirs);
    t.truthy(await receiver.hears(`${ours} 4342 > ${theirs}: one`));
  });

  test.serial(`9301-5-01 ${family}: source ports other than 4342 are accepted`, async (t) => {
    const { xtr2, xtr4 } = await routers(t);
    const receiver = await Node.open(t, xtr4, theirs);
    await sendRaw(xtr2, { from: ours, to: theirs, fromPort: 61000, checksum: 'right', text: 'behind a NAT' });
    t.truthy(await receiver.hears(`${ours} 61000 > ${theirs}: behind a NAT`));
  });

  test.serial(`9301-5-03 9301-5-04 ${family}: a datagram with a wrong UDP checksum is dropped`, async (t) => {
    const { xtr2, xtr4 } = await routers(t);
    const receiver = await Node.open(t, xtr4, theirs);
    const datagram = { from: ours, to: theirs, fromPort: 4342 };
    await sendRaw(xtr2, { ...datagram, checksum: 'wrong', text: 'spoilt' });
    await sendRaw(xtr2, { ...datagram, checksum: 'right', text: 'sound' });
    t.truthy(await receiver.hears(`${ours} 4342 > ${theirs}: sound`));
    t.deepEqual(receiver.heard(/spoilt/), []);
    t.like(await receiver.counters(), { datagramsIn: 1 });
  });

  test.serial(`9301-5-D03 ${family}: the UDP checksum is computed on sending`, async (t) => {
    const { xtr2, xtr4 } = await routers(t);
    const sender = await Node.open(t, xtr2, ours);
    await xtr2.exec('ethtool', '-K', 'rloc0', 'tx', 'off'); // otherwise a veth does not compute it
    const receiving = receiveRaw(xtr4, theirs);
    const received = receiving.then(() => true);
    while (!(await Promise.race([received, sender.send('text', ours, theirs).then(() => false)])));
    t.is(await receiving, 'right');
  });

  test.serial(
    `${family}: an address that is missing at the start is logged, and used as soon as it exists`,
    async (t) => {
      const { xtr2, xtr4 } = await routers(t);
      const device = family === 'IPv4' ? `${theirs}/32 dev lo` : `${theirs}/128 dev lo`;
      await xtr4.ip(`address delete ${device}`);
      const sender = await Node.open(t, xtr2, ours);
      const receiver = await Node.open(t, xtr4, theirs);
      t.truthy(await receiver.hears(/^warn: .*no interface has this address; ip address add/));
      t.like(await receiver.counters(), { addressesMissing: 1 });
      await receiver.send('too early', theirs, ours);
      await xtr4.ip(`address add ${device}${family === 'IPv6' ? ' nodad' : ''}`);
      t.truthy(await receiver.hears(/^info: control messages on /));
      await sender.send('one', ours, theirs);
      t.truthy(await receiver.hears(`${ours} 4342 > ${theirs}: one`));
      t.like(await receiver.counters(), { addressesMissing: 0, sendErrorsEADDRNOTAVAIL: 1 });
      t.is(receiver.heard(/^warn/).length, 1, 'said once, however often it was tried');
    },
  );
}

test.serial('9301-5-03 a datagram without checksum: accepted with IPv4, dropped with IPv6', async (t) => {
  const { xtr2, xtr4 } = await routers(t);
  const receiver = await Node.open(t, xtr4, '4.4.4.4', '2001:db8::4');
  const datagram = { fromPort: 4342, checksum: 'absent', text: 'unprotected' } as const;
  await sendRaw(xtr2, { ...datagram, from: '2001:db8::2', to: '2001:db8::4' });
  await sendRaw(xtr2, { ...datagram, from: '2.2.2.2', to: '4.4.4.4' });
  t.truthy(await receiver.hears('2.2.2.2 4342 > 4.4.4.4: unprotected'));
  t.like(await receiver.counters(), { datagramsIn: 1 });
});

test.serial('a port of another process is logged, and used as soon as it is free', async (t) => {
  const { xtr2 } = await routers(t);
  const first = await Node.open(t, xtr2, '2.2.2.2');
  const second = await Node.open(t, xtr2, '2.2.2.2');
  t.truthy(await second.hears(/^warn: .*another process has the port; ss -lunp 'sport = :4342'/));
  await first.ask('close');
  t.truthy(await second.hears(/^info: control messages on 2\.2\.2\.2 port 4342/));
});

const unsent = test.macro({
  title: (_, what: string) => `${what}: counted, not thrown`,
  async exec(t, _what: string, code: string, from: string | undefined, to: string, toPort: number) {
    const { xtr2 } = await routers(t);
    const node = await Node.open(t, xtr2, '2.2.2.2', '2001:db8::2');
    await node.send('x', from, to, toPort);
    await until('it is counted', async () => (await node.counters())['sendErrors'] === 1);
    t.like(await node.counters(), { [`sendErrors${code}`]: 1, datagramsOut: 0 });
  },
});
test.serial(unsent, 'no route to an IPv4 RLOC', 'ENETUNREACH', '2.2.2.2', '9.9.9.9', 4342);
test.serial(unsent, 'no route to an IPv6 RLOC', 'ENETUNREACH', '2001:db8::2', '2001:db8:9::9', 4342);
test.serial(unsent, 'a source that is not a local address', 'EADDRNOTAVAIL', '3.3.3.3', '4.4.4.4', 4342);
test.serial(unsent, 'a source of the other family', 'EADDRNOTAVAIL', '2.2.2.2', '2001:db8::4', 4342);
test.serial(unsent, 'an answer to source port 0', 'EINVAL', '2.2.2.2', '4.4.4.4', 0);
test.serial(unsent, 'a broadcast address', 'EACCES', undefined, '255.255.255.255', 4342);

test.serial('a datagram that is too long is counted', async (t) => {
  const { xtr2 } = await routers(t);
  const node = await Node.open(t, xtr2, '2.2.2.2');
  await node.send('x'.repeat(65_508), '2.2.2.2', '4.4.4.4');
  await until('it is counted', async () => (await node.counters())['sendErrorsEMSGSIZE'] === 1);
  t.pass();
});

test.serial('datagrams of every length arrive complete', async (t) => {
  const { xtr2, xtr4 } = await routers(t);
  const sender = await Node.open(t, xtr2, '2.2.2.2');
  const receiver = await Node.open(t, xtr4, '4.4.4.4');
  for (const length of [0, 1, 1_472, 1_473, 65_507]) {
    await sender.send('x'.repeat(length), '2.2.2.2', '4.4.4.4');
    t.truthy(await receiver.hears(`2.2.2.2 4342 > 4.4.4.4: ${'x'.repeat(length)}`), `${length} bytes`);
  }
});

/** The kernel doubles the requested 4 MiB. */
const RECEIVE_BUFFER_bytes = 8 * 1_048_576;

test.serial(
  'a flood while the agent is busy is limited by the receive buffer, and drops are counted',
  async (t) => {
    const { xtr2, xtr4 } = await routers(t);
    const receiver = await Node.open(t, xtr4, '4.4.4.4');
    const directory = await mkdtemp(join(tmpdir(), 'xtrt-'));
    t.teardown(() => rm(directory, { recursive: true }));
    const blocked = receiver.ask('blockUntil', join(directory, 'go'));
    // More than 12 MiB with the overhead of the kernel; the buffer has 8 MiB.
    const flood = `import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('2.2.2.2', 0))\n`;
    await xtr2.exec(
      'python3',
      '-c',
      `${flood}for _ in range(8000): s.sendto(bytes(1400), ('4.4.4.4', 4342))`,
    );
    await writeFile(join(directory, 'go'), '');
    await blocked;
    await until('all are accounted for', async () => {
      const { datagramsIn = 0, kernelDrops = 0 } = await receiver.counters();
      return datagramsIn + kernelDrops === 8_000;
    });
    const { datagramsIn = 0, kernelDrops = 0 } = await receiver.counters();
    // A datagram takes between 1,400 bytes and a page of the receive buffer.
    t.true(datagramsIn <= RECEIVE_BUFFER_bytes / 1_400, `${datagramsIn} were read`);
    t.true(datagramsIn >= RECEIVE_BUFFER_bytes / 4_096, `${datagramsIn} were read`);
    t.is(kernelDrops, 8_000 - datagramsIn);
  },
);
