// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import { formatAddress, parseAddress } from '#addr/index.js';
import { readIpHeader } from '#wire/ip/header.js';
import { icmpErrorAbout, type IcmpProblem, readIcmpError } from '#wire/ip/icmp.js';
import { WireError } from '#wire/index.js';
import {
  checksum,
  concat,
  hex,
  ICMP,
  ICMPV6,
  ip,
  type IpFields,
  ipv4,
  ipv6,
  udp,
} from '#test/helpers/packets.js';

const HOST = { 4: '10.1.0.1', 6: 'fd00:1::1' } as const;
const PEER = { 4: '10.2.0.2', 6: 'fd00:2::2' } as const;
const ROUTER = { 4: parseAddress('10.1.0.254'), 6: parseAddress('fd00:1::fe') } as const;
const FAMILIES = [4, 6] as const;
const TOO_BIG = { type: 'too-big', mtu_bytes: 1464 } as const;
const EXPIRED = { type: 'ttl-expired' } as const;

const packet = (family: 4 | 6, bytes = 100, fields: Partial<IpFields> = {}) =>
  ip({ source: HOST[family], destination: PEER[family], ...fields }, udp(1, 2, new Uint8Array(bytes)));

const about = (family: 4 | 6, bytes: Uint8Array, problem: IcmpProblem = TOO_BIG) =>
  icmpErrorAbout(bytes, ROUTER[family], problem);

test('Fragmentation Needed, byte by byte', (t) => {
  const sent = packet(4, 8);
  const head = '45c0 0040 0000 4000 4001';
  const addresses = '0a0100fe 0a010001';
  const header = hex(`${head} 0000 ${addresses}`);
  const message = concat(hex('0304 0000 0000 05b8'), sent);
  header.set([checksum(header) >> 8, checksum(header) & 0xff], 10);
  message.set([checksum(message) >> 8, checksum(message) & 0xff], 2);
  t.deepEqual(about(4, sent), concat(header, message));
});

test('Packet Too Big, byte by byte', (t) => {
  const sent = packet(6, 8);
  const error = about(6, sent) ?? new Uint8Array();
  t.deepEqual(error.subarray(0, 8), hex('6c000000 0040 3a40'));
  t.deepEqual(error.subarray(40, 42), hex('0200'));
  t.deepEqual(error.subarray(44), concat(hex('000005b8'), sent));
  const pseudo = concat(error.subarray(8, 40), hex('00000040 0000003a'), error.subarray(40));
  t.is(checksum(pseudo), 0);
});

for (const family of FAMILIES) {
  for (const problem of [TOO_BIG, EXPIRED, { type: 'unreachable', code: 1 } as const])
    test(`IPv${family}: ${problem.type} is read as it was written`, (t) => {
      const sent = packet(family);
      const read = readIcmpError(about(family, sent, problem) ?? new Uint8Array());
      t.deepEqual(read.problem, problem);
      t.is(formatAddress(read.from), formatAddress(ROUTER[family]));
      t.is(formatAddress(read.to), HOST[family]);
      t.deepEqual(read.quote, sent);
    });

  const most = { 4: 576, 6: 1280 }[family];
  test(`IPv${family}: as much is quoted as fits into ${most} bytes (RFC 1812 4.3.2.3, RFC 4443 2.4)`, (t) => {
    for (const bytes of [1, most - 100, most, 9000]) {
      const sent = packet(family, bytes);
      const error = about(family, sent) ?? new Uint8Array();
      const overhead = family === 4 ? 28 : 48;
      t.is(error.length, Math.min(most, overhead + sent.length));
      t.deepEqual(error.subarray(overhead), sent.subarray(0, most - overhead));
    }
  });

  const errors = family === 4 ? [3, 4, 5, 11, 12] : [1, 2, 3, 4, 127, 137];
  const queries = family === 4 ? [0, 8, 13] : [128, 129, 255];
  test(`IPv${family}: no error about an ICMP error or a Redirect`, (t) => {
    const protocol = family === 4 ? ICMP : ICMPV6;
    const of = (type: number) =>
      ip({ source: HOST[family], destination: PEER[family], protocol }, Uint8Array.of(type, 0, 0, 0));
    for (const type of errors) t.is(about(family, of(type)), undefined, `${type}`);
    for (const type of queries) t.truthy(about(family, of(type)), `${type}`);
    const withoutType = ip({ source: HOST[family], destination: PEER[family], protocol }, new Uint8Array());
    t.is(about(family, withoutType), undefined);
  });

  test(`IPv${family}: no error to or about what is not for one host from one`, (t) => {
    const bad =
      family === 4
        ? ['0.0.0.0', '224.0.0.1', '255.255.255.255', '127.0.0.1']
        : ['::', 'ff02::1', '::1', 'fe80::1'];
    for (const address of bad) {
      t.is(about(family, packet(family, 8, { source: address })), undefined, `from ${address}`);
      t.is(about(family, packet(family, 8, { destination: address })), undefined, `to ${address}`);
    }
  });

  test(`IPv${family}: any bytes are an error that reads, or a WireError`, (t) => {
    const valid = about(family, packet(family)) ?? new Uint8Array();
    t.notThrows(() => {
      fc.assert(
        fc.property(
          fc.oneof(
            fc.uint8Array({ maxLength: 120 }),
            fc.nat(valid.length).map((length) => valid.subarray(0, length)),
            fc.tuple(fc.nat(valid.length - 1), fc.nat(255)).map(([at, byte]) => valid.with(at, byte)),
          ),
          (bytes) => {
            try {
              readIcmpError(bytes);
            } catch (error) {
              if (!(error instanceof WireError)) throw error;
            }
          },
        ),
        { numRuns: 2_000 },
      );
    });
  });

  test(`IPv${family}: every changed byte of the message is noticed by the checksum`, (t) => {
    const valid = about(family, packet(family)) ?? new Uint8Array();
    for (let at = family === 4 ? 20 : 40; at < valid.length; at++)
      t.throws(() => readIcmpError(valid.with(at, (valid[at] ?? 0) ^ 0x40)), { instanceOf: WireError });
  });
}

test('no error about a later fragment, but about the first', (t) => {
  t.is(about(4, packet(4, 8, { flagsAndOffset: 0x2001 })), undefined);
  t.truthy(about(4, packet(4, 8, { flagsAndOffset: 0x2000 })));
});

test('a router before RFC 1191 says no MTU', (t) => {
  const error = about(4, packet(4), { type: 'too-big', mtu_bytes: 0 }) ?? new Uint8Array();
  t.deepEqual(readIcmpError(error).problem, { type: 'too-big', mtu_bytes: 0 });
});

test('queries are no errors', (t) => {
  const query = (family: 4 | 6, type: number) => {
    const message = hex(`${type.toString(16).padStart(2, '0')}00 0000 0000 0000`);
    const pseudo = family === 4 ? message : concat(ipv6Addresses(), hex('00000008 0000003a'), message);
    message.set([checksum(pseudo) >> 8, checksum(pseudo) & 0xff], 2);
    const fields = {
      source: HOST[family],
      destination: PEER[family],
      protocol: family === 4 ? ICMP : ICMPV6,
    };
    return ip(fields, message);
  };
  const ipv6Addresses = () =>
    ipv6({ source: HOST[6], destination: PEER[6] }, new Uint8Array()).subarray(8, 40);
  t.throws(() => readIcmpError(query(4, 8)), { message: /8 is no error/ });
  t.throws(() => readIcmpError(query(6, 128)), { message: /128 is no error/ });
  t.throws(() => readIcmpError(packet(4)), { message: /protocol/ });
});

test('a header is read with its options, and without what is behind it', (t) => {
  const options = hex('94040000');
  const header = readIpHeader(
    ipv4(
      { source: HOST[4], destination: PEER[4], options, tos: 3, ttl: 9, flagsAndOffset: 0x4000 },
      udp(1, 2, new Uint8Array(4)),
    ).subarray(0, 24),
  );
  t.like(header, {
    family: 4,
    headerBytes: 24,
    totalBytes: 36,
    tos: 3,
    ttl: 9,
    protocol: 17,
    fragment: 0x4000,
  });
  t.throws(() => readIpHeader(hex('46000018 00000000 40110000 0a010001 0a020002')), { message: /options/ });
  t.throws(() => readIpHeader(hex('44')), { message: /header length/ });
  t.throws(() => readIpHeader(hex('50')), { message: /neither 4 nor 6/ });
  t.throws(() => readIpHeader(new Uint8Array()), { instanceOf: WireError });
});
