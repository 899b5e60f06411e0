// SPDX-License-Identifier: Apache-2.0
import { eidList, randomAddress, type TableSpec } from './eids.js';
import { foldChecksum, innerOffset, type Shape, wordSum } from './frame.js';
import { Random } from './random.js';
import { type Popularity, sampler } from './zipf.js';

/** Where packets go, and in how many flows. */
export interface FlowSpec {
  /** One EID, or it and those that follow, `count` in all, one after the other; or those of a table. */
  readonly to: { readonly address: Uint8Array; readonly count?: number } | { readonly table: TableSpec };
  /** Uniform: any address of a prefix. Zipf: one EID of each prefix, because hosts are popular, not prefixes. */
  readonly popularity: Popularity;
  /** Packets after which it begins again; a power of two. */
  readonly packets: number;
  /** Source ports, 1024 and up, one after the other. */
  readonly ports: number;
}

/** struct bench_flow of bpf/bench/flows.h. */
const FLOW_BYTES = 24;
const PORT_AT = 16;
const CHECKSUM_AT = 18;
export const FIRST_PORT = 1024;
const SEED = 9301;

/** A source of destinations, as words, written into the array that is given. */
function destinations({ to, popularity }: FlowSpec, random: Random): (words: Uint32Array) => void {
  if ('address' in to) {
    const { address, count = 1 } = to;
    const view = new DataView(address.buffer, address.byteOffset);
    const last = address.length / 4 - 1;
    let packet = 0;
    return (words) => {
      for (let i = 0; i <= last; i++) words[i] = view.getUint32(4 * i);
      words[last] = view.getUint32(4 * last) + (packet++ % count);
    };
  }
  const list = eidList(to.table);
  const next = sampler(popularity, list.count, random);
  if (popularity === 'uniform') return (words) => randomAddress(list, next(), random, words);
  return (words) => {
    const index = next();
    randomAddress(list, index, new Random(SEED + index), words);
  };
}

/** The values of bench_flows for this frame, in which the destination EID is zero. */
export function encodeFlows(spec: FlowSpec, frame: Uint8Array, shape: Shape): Uint8Array {
  const random = new Random(SEED);
  const next = destinations(spec, random);
  // A copy: slice() of a Buffer is none.
  const header = new Uint8Array(frame.subarray(innerOffset(shape), innerOffset(shape) + 20));
  header.fill(0, 10, 12);
  const constant = wordSum(header);
  const bytes = new Uint8Array(spec.packets * FLOW_BYTES);
  const view = new DataView(bytes.buffer);
  const words = new Uint32Array(4);
  for (let i = 0, at = 0; i < spec.packets; i++, at += FLOW_BYTES) {
    next(words);
    for (let word = 0; word < 4; word++) view.setUint32(at + 4 * word, words[word] ?? 0);
    view.setUint16(at + PORT_AT, FIRST_PORT + (i % spec.ports));
    const sum = constant + ((words[0] ?? 0) >>> 16) + ((words[0] ?? 0) & 0xffff);
    if (shape.eid === 4) view.setUint16(at + CHECKSUM_AT, foldChecksum(sum));
  }
  return bytes;
}

const HEADER_BYTES = 128;

/** struct bench_frame. */
export function encodeFrame(frame: Uint8Array, packets: number, target: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + 16);
  bytes.set(frame.subarray(0, HEADER_BYTES));
  bytes.set(new Uint8Array(Uint32Array.of(frame.length, packets - 1, target, 0).buffer), HEADER_BYTES);
  return bytes;
}
