// SPDX-License-Identifier: Apache-2.0
import { Random } from './random.js';

/** What a map-cache is filled with; every process makes the same prefixes of it. */
export interface TableSpec {
  readonly family: 4 | 6;
  /** Prefix lengths mixed as in an Internet table, or the host routes of a campus. */
  readonly shape: 'internet' | 'campus';
  readonly entries: number;
}

/** Prefixes in words of 32 bits: packed, because there may be a million. */
export interface EidList {
  readonly family: 4 | 6;
  readonly count: number;
  /** 1 or 4 words for each prefix, bits beyond its length zero. */
  readonly words: Uint32Array;
  readonly lengths: Uint8Array;
}

const SEED = 9300;

/** Shares of prefix lengths in percent, roughly as the Internet's routing tables of 2024 have them. */
const INTERNET_LENGTHS = {
  4: [
    ...([
      [24, 60],
      [23, 10],
      [22, 11],
      [21, 5],
      [20, 4.5],
      [19, 3],
      [18, 1.6],
    ] as const),
    ...([
      [17, 1],
      [16, 1.5],
      [15, 0.3],
      [14, 0.2],
      [13, 0.1],
      [12, 0.1],
    ] as const),
  ],
  6: [
    ...([
      [48, 47],
      [47, 3],
      [46, 4],
      [45, 3],
      [44, 9],
      [42, 3],
      [40, 8],
      [38, 1],
    ] as const),
    ...([
      [36, 4],
      [34, 1],
      [33, 2],
      [32, 11],
      [29, 3],
    ] as const),
  ],
} as const;

/** First twelve bits of what the registries give out. */
const IPV6_BLOCKS = [0x200, 0x240, 0x260, 0x280, 0x2a0, 0x2c0];

/** Not 0 (this network), 5 and 7 (the benchmark's own EIDs), 10 (underlay), 127 (loopback), 169 (link-local). */
function firstOctet(random: Random): number {
  for (;;) {
    const octet = 1 + random.below(223);
    if (![5, 7, 10, 127, 169].includes(octet)) return octet;
  }
}

function maskWord(word: number, length: number): number {
  if (length <= 0) return 0;
  return length >= 32 ? word >>> 0 : (word & (-1 << (32 - length))) >>> 0;
}

/** All Internet prefixes lie in the first two words. */
function internetPrefix(family: 4 | 6, random: Random): readonly [high: number, low: number, length: number] {
  const length = random.pick<number>(INTERNET_LENGTHS[family]);
  const tail = random.u32();
  if (family === 4) return [maskWord(firstOctet(random) * 2 ** 24 + (tail >>> 8), length), 0, length];
  const block = IPV6_BLOCKS[random.below(IPV6_BLOCKS.length)] ?? 0;
  return [maskWord(block * 2 ** 20 + (tail >>> 12), length), maskWord(random.u32(), length - 32), length];
}

function internet({ family, entries }: TableSpec): EidList {
  const list = emptyList(family, entries);
  const random = new Random(SEED);
  const seen = new Map<number, Set<number>>();
  for (let i = 0; i < entries;) {
    const [high, low, length] = internetPrefix(family, random);
    const same = seen.get(length) ?? new Set();
    seen.set(length, same);
    const key = high * 2 ** 16 + (low >>> 16); // lengths end at 48
    if (same.has(key)) continue;
    same.add(key);
    list.words[i * wordsOf(family)] = high;
    if (family === 6) list.words[i * 4 + 1] = low;
    list.lengths[i++] = length;
  }
  return list;
}

const HOSTS_OF_SUBNET = 512;

/** 512 hosts in each subnet: half of a /22 of 10.0.0.0/8, or a /64 of 2001:db8::/32 with random interface IDs. */
function campus({ family, entries }: TableSpec): EidList {
  const list = emptyList(family, entries);
  const random = new Random(SEED);
  for (let i = 0; i < entries; i++) {
    const subnet = Math.imul(Math.floor(i / HOSTS_OF_SUBNET), 0x2545) & 0x3fff; // odd: a permutation of 14 bits
    const host = 2 * (i % HOSTS_OF_SUBNET) + random.below(2);
    if (family === 4) list.words[i] = (0x0a00_0000 + subnet * 1024 + host) >>> 0;
    else
      list.words.set([0x2001_0db8, subnet, random.u32(), random.u32() - (random.u32() % 1024) + host], i * 4);
    list.lengths[i] = family === 4 ? 32 : 128;
  }
  return list;
}

function emptyList(family: 4 | 6, count: number): EidList {
  return {
    family,
    count,
    words: new Uint32Array(count * wordsOf(family)),
    lengths: new Uint8Array(count),
  };
}

export function wordsOf(family: 4 | 6): 1 | 4 {
  return family === 4 ? 1 : 4;
}

/** No prefix is in the list twice. */
export function eidList(spec: TableSpec): EidList {
  return spec.shape === 'internet' ? internet(spec) : campus(spec);
}

/** Puts a random address of the prefix at this index into `to`, as words. */
export function randomAddress(list: EidList, index: number, random: Random, to: Uint32Array): void {
  const words = wordsOf(list.family);
  const length = list.lengths[index] ?? 0;
  for (let word = 0; word < words; word++) {
    const fixed = Math.min(32, Math.max(0, length - 32 * word));
    const free = fixed === 32 ? 0 : random.u32() >>> fixed;
    to[word] = (list.words[index * words + word] ?? 0) + free;
  }
}
