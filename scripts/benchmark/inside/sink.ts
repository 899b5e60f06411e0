// SPDX-License-Identifier: Apache-2.0
// Counts and drops what arrives at the interfaces of its namespace.
import type { BpfLink, BpfMap } from '#native';
import { loadNative } from '#datapath/native.js';
import { objectPath } from '#scripts/packets/objects.js';
import { serve } from './serve.js';

const native = loadNative();
const maps = new Map<number, BpfMap>();
/** Keeps the links alive: one that is garbage-collected detaches. */
const links: BpfLink[] = [];

/** enum bench_arrival of bpf/bench/sink.bpf.c. */
const ARRIVALS = { plain: 0, lisp: 1, vxlan: 2 } as const;
export type Arrival = keyof typeof ARRIVALS;

const methods = {
  attach(ifindex: number): void {
    const object = native.loadObject(objectPath('sink'));
    links.push(object.program('bench_sink').attachXdp(ifindex, 'native'));
    maps.set(ifindex, object.map('bench_sink_packets'));
  },

  /** Packets so far, of one kind. */
  read(ifindex: number, arrival: Arrival): number {
    const key = new Uint8Array(Uint32Array.of(ARRIVALS[arrival]).buffer);
    const bytes = maps.get(ifindex)?.lookup(key);
    if (bytes === undefined) throw new Error(`no sink on ${ifindex}`);
    return Number(new BigUint64Array(bytes.slice().buffer).reduce((a, b) => a + b, 0n));
  },
};

export type SinkMethods = typeof methods;
serve(methods);
