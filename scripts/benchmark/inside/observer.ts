// SPDX-License-Identifier: Apache-2.0
// Sees packets come by at the interfaces of its namespace: bpf/bench/observer.bpf.c.
import type { BpfLink } from '#native';
import { loadNative } from '#datapath/native.js';
import { objectPath } from '#scripts/packets/objects.js';
import { serve } from './serve.js';

/** What was seen of one destination at one interface. */
export interface Sighting {
  readonly ifindex: number;
  /** IPv4 addresses as numbers; 0: not encapsulated. */
  readonly outerDestination: number;
  readonly destination: number;
  /** CLOCK_MONOTONIC, milliseconds. */
  readonly first_ms: number;
  readonly packets: number;
}

const PAGE = 4096;
const NS_PER_ms = 1e6;

const map = loadNative().loadObject(objectPath('observer'));
const sightings = map.map('bench_sightings');
/** Keeps the links alive: one that is garbage-collected detaches. */
const links: BpfLink[] = [];

function* keys(): Iterable<Uint8Array> {
  const pages: Uint8Array[] = [];
  for (let last: Uint8Array | undefined; ;) {
    const page = sightings.keys(PAGE, last);
    if (page.length === 0) break;
    pages.push(page);
    last = page.slice(-sightings.keySize);
  }
  for (const page of pages)
    for (let at = 0; at < page.length; at += sightings.keySize)
      yield page.subarray(at, at + sightings.keySize);
}

function read(key: Uint8Array): Sighting {
  const from = Buffer.from(key);
  const value = Buffer.from(sightings.lookup(key) ?? new Uint8Array(24));
  return {
    ifindex: from.readUInt32LE(0),
    outerDestination: from.readUInt32BE(4),
    destination: from.readUInt32BE(8),
    first_ms: Number(value.readBigUInt64LE(0)) / NS_PER_ms,
    packets: Number(value.readBigUInt64LE(16)),
  };
}

const methods = {
  attach(ifindex: number): void {
    links.push(map.program('bench_observe').attachXdp(ifindex, 'native'));
  },

  reset(): void {
    for (const key of keys()) sightings.delete(key);
  },

  sightings: () => [...keys()].map(read),

  /** How many destinations were seen so at an interface. */
  count(ifindex: number, outerDestination: number): number {
    let count = 0;
    const wanted = Buffer.alloc(8);
    wanted.writeUInt32LE(ifindex, 0);
    wanted.writeUInt32BE(outerDestination, 4);
    for (const key of keys()) if (wanted.compare(key, 0, 8) === 0) count++;
    return count;
  },
};

export type ObserverMethods = typeof methods;
serve(methods);
