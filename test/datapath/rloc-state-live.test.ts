// SPDX-License-Identifier: Apache-2.0
// An RLOC goes down and comes up again, with traffic through attached programs.
import { setTimeout as pass } from 'node:timers/promises';
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import type { DataPath, TableEffect } from '#core/ports.js';
import { encapsulate, locator, setLocal, setMapping } from './open-here.js';
import { buildSite, FAR_RLOC, HOST, listen, REMOTE, startAgent } from './live-site.js';
import type { Datagram } from './peer-inside.js';

const LISP_DATA = 4341;
/** Another address of the far end. Not IPv6: IPv6 sockets accept no datagram without a checksum. */
const SECOND_RLOC = REMOTE[4];
const EID = '1.1.1.3';
const ONE_LOCATOR = '1.1.1.2';
/** Number of flows; they differ in the port. */
const FLOWS = 16;
const FIRST_PORT = 10_000;
/** Packets of each flow. */
const PACKETS = 40;
const INNER_PORT_AT = 8 + 20 + 2;
const INNER_TEXT_AT = 8 + 20 + 8;

interface Packet {
  readonly flow: number;
  readonly number: number;
  readonly by: 'first' | 'second';
}

function packetOf({ bytes }: Datagram, by: Packet['by']): Packet {
  const inner = Buffer.from(bytes);
  return {
    flow: inner.readUInt16BE(INNER_PORT_AT) - FIRST_PORT,
    number: Number(inner.subarray(INNER_TEXT_AT).toString()),
    by,
  };
}

function down(up = false): TableEffect {
  return { type: 'rloc-state', rloc: parseAddress(FAR_RLOC[4]), up };
}

test.serial(
  'an RLOC goes down and comes up: meanwhile its flows use another one, and no other flows move',
  async (t) => {
    const site = buildSite(t);
    const agent = startAgent(t, site);
    await agent.call('open', site.options);
    const near = await listen(t, site.host, HOST[4], 9999);
    const packets: Packet[] = [];
    const gather = async (source: AsyncIterableIterator<[Datagram]>, by: Packet['by']): Promise<void> => {
      for await (const [datagram] of source) packets.push(packetOf(datagram, by));
    };
    void gather((await listen(t, site.far, FAR_RLOC[4], LISP_DATA)).datagrams, 'first');
    void gather((await listen(t, site.far, SECOND_RLOC, LISP_DATA)).datagrams, 'second');
    await agent.call('apply', [
      setLocal(`${HOST[4]}/32`, { kind: 'local', ifindex: undefined, dynamic: false }),
      setMapping(`${EID}/32`, encapsulate(locator(FAR_RLOC[4]), locator(SECOND_RLOC))),
      setMapping(`${ONE_LOCATOR}/32`, encapsulate(locator(FAR_RLOC[4]))),
    ]);
    const send = async (to: string): Promise<void> => {
      const texts = Array.from({ length: PACKETS }, (_, i) => Buffer.from(String(i)));
      const flows = Array.from({ length: FLOWS }, (_, i) =>
        near.peer.call('send', HOST[4], to, FIRST_PORT + i, texts, 2),
      );
      await Promise.all(flows);
    };
    /**
     * Sends all flows, with `during` in the middle. Returns for each flow the RLOCs of its packets. None may be lost.
     */
    const traffic = async (during?: () => Promise<unknown>): Promise<string[]> => {
      packets.length = 0;
      const sent = send(EID);
      for (let i = 0; during !== undefined && i < 2000 && packets.length < (FLOWS * PACKETS) / 3; i++)
        await pass(1);
      await during?.();
      await sent;
      for (let i = 0; i < 400 && packets.length < FLOWS * PACKETS; i++) await pass(5);
      t.is(packets.length, FLOWS * PACKETS);
      return Array.from({ length: FLOWS }, (_, flow) => {
        const own = packets.filter((packet) => packet.flow === flow).sort((a, b) => a.number - b.number);
        return own
          .map(({ by }) => by)
          .filter((by, i, all) => by !== all[i - 1])
          .join(' then ');
      });
    };

    await near.peer.call('send', HOST[4], EID, 9999, [Buffer.from('to resolve the next hops')]);
    await pass(200);
    const before = await traffic();
    t.true(before.includes('first') && before.includes('second'));
    const moving = await traffic(() => agent.call('apply', [down()]));
    t.deepEqual(
      moving,
      before.map((by) => (by === 'first' ? 'first then second' : 'second')),
    );
    t.true((await traffic()).every((by) => by === 'second'));

    const { reasons } = await agent.call<ReturnType<DataPath['counters']>>('counters');
    packets.length = 0;
    await send(ONE_LOCATOR);
    const { reasons: after } = await agent.call<ReturnType<DataPath['counters']>>('counters');
    const reason = 'no-usable-locator';
    t.is((after[reason]?.packets ?? 0) - (reasons[reason]?.packets ?? 0), FLOWS * PACKETS);
    t.is(packets.length, 0);

    const returning = await traffic(() => agent.call('apply', [down(true)]));
    t.deepEqual(
      returning,
      before.map((by) => (by === 'first' ? 'second then first' : 'second')),
    );
    t.deepEqual(await traffic(), before);

    // The only locator of an EID, whose next hop is cached: no packet is sent to it any more.
    packets.length = 0;
    await send(ONE_LOCATOR);
    for (let i = 0; i < 400 && packets.length < FLOWS * PACKETS; i++) await pass(1);
    t.is(packets.length, FLOWS * PACKETS);
    await agent.call('apply', [down()]);
    await near.peer.call('send', HOST[4], ONE_LOCATOR, FIRST_PORT, [Buffer.from('0'), Buffer.from('1')]);
    await pass(200);
    t.is(packets.length, FLOWS * PACKETS);
  },
);
