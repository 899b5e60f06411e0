// SPDX-License-Identifier: Apache-2.0
// The addon: mechanism of libbpf and sockets, nothing of LISP. Every function throws BpfError.

export interface BpfError extends Error {
  /** 'EPERM', 'ENOENT', 'E2BIG' ...; 'EINVAL' for wrong arguments. */
  readonly code: string;
  readonly errno: number;
  /** What was attempted: 'bpf_object__load', 'sendto' ... */
  readonly operation: string;
  /** What libbpf and the verifier printed, if anything. */
  readonly log?: string;
}

export interface OpenOptions {
  /** bpffs paths by map name. A map that is pinned at its path is reused, others are pinned there. Without a path: not pinned. */
  readonly pinPaths?: Readonly<Record<string, string>>;
  /** Overrides of max_entries by map name. */
  readonly maxEntries?: Readonly<Record<string, number>>;
  /** Values of `const volatile` 32-bit variables by name; the verifier takes them for constants. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Flags of BPF_PROG_LOAD for every program of the object. */
  readonly programFlags?: number;
}

/** Opens and loads an object file. */
export function loadObject(path: string, options?: OpenOptions): BpfObject;

export interface BpfObject {
  readonly mapNames: readonly string[];
  readonly programNames: readonly string[];
  map(name: string): BpfMap;
  program(name: string): BpfProgram;
  close(): void;
}

export interface BpfMap {
  readonly name: string;
  /** Kernel map type number. */
  readonly type: number;
  readonly keySize: number;
  /** Bytes of a value as lookup returns it. For per-CPU maps: the values of all CPUs, each padded to 8 bytes. */
  readonly valueSize: number;
  readonly maxEntries: number;
  lookup(key: Uint8Array): Uint8Array | undefined;
  /** flags: BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2. */
  update(key: Uint8Array, value: Uint8Array, flags?: number): void;
  /** Whether the key was in the map. */
  delete(key: Uint8Array): boolean;
  /**
   * Packed keys and values. Returns how many were written before the first failure. One system call if the kernel has
   * it.
   */
  updateBatch(keys: Uint8Array, values: Uint8Array, count: number): number;
  /** Packed keys, at most `limit`, after `after` (undefined: from the start). */
  keys(limit: number, after?: Uint8Array): Uint8Array;
  /**
   * The memory of an array map with BPF_F_MMAPABLE: all values, each padded to 8 bytes. Programs see writes at once. It
   * stays mapped until the buffer is garbage-collected, also after `close`.
   */
  share(): ArrayBuffer;
  close(): void;
}

/** Named after the last part of its path. EINVAL when something else is pinned there. */
export function openPinnedMap(path: string): BpfMap;

export interface BpfProgram {
  readonly name: string;
  readonly id: number;
  /** Size of the translated code in bytes. The count of verified instructions is not available. */
  readonly translatedBytes: number;
  /** Creates a bpf_link. With a path it is pinned, so that it outlives the process. */
  attachXdp(ifindex: number, mode: 'native' | 'generic', pinPath?: string): BpfLink;
  /** BPF_PROG_TEST_RUN. `live`: frames are really sent (Linux 5.18). Repeats start again if a signal interrupts them. */
  testRun(
    packet: Uint8Array,
    options?: {
      ingressIfindex?: number;
      repeat?: number;
      live?: boolean;
      /** Size of the first buffer, the rest of the packet is in others; only with programs that take several (Linux 6.18). */
      linearBytes?: number;
    },
  ): TestRun;
  close(): void;
}

export interface TestRun {
  /** XDP action. */
  readonly verdict: number;
  /** The packet afterwards. */
  readonly packet: Uint8Array;
  /** Average of one run, nanoseconds. */
  readonly duration_ns: number;
}

export function openPinnedLink(path: string): BpfLink;

export interface BpfLink {
  readonly programId: number;
  /** 0 if the interface is gone. */
  readonly ifindex: number;
  /** Replaces the program atomically (bpf_link_update). */
  update(program: BpfProgram): void;
  /** Removes the pin and detaches. */
  destroy(): void;
  /** Closes the handle. A pinned link stays attached. */
  close(): void;
}

/** Records in batches of at most `maxBatch`; each record is a copy. The poll keeps the event loop alive until close. */
export function openRingBuffer(
  map: BpfMap,
  maxBatch: number,
  onRecords: (records: Uint8Array[]) => void,
): RingBuffer;

export interface RingBuffer {
  close(): void;
}

/** A raw socket that sends whole IP packets, header included; the kernel routes them and resolves the neighbour. */
export function openRawSocket(family: 4 | 6): RawSocket;

export interface RawSocket {
  /** @param packet from the IP header on, sent to its destination address. Never blocks: throws EAGAIN. */
  send(packet: Uint8Array): void;
  close(): void;
}

/**
 * A UDP socket that is bound to an address of 4 or 16 bytes (IPv6 only). @throws BpfError: EADDRNOTAVAIL, EADDRINUSE ...
 * @param bufferBytes of each kernel buffer; without CAP_NET_ADMIN limited by net.core.rmem_max and wmem_max
 * @param onDatagrams gets at most 32 datagrams in one turn of the event loop, packed: for each 16 bytes of the sender's
 *   address (IPv4 in the first four), port and length of 2 bytes each, in network byte order, and the datagram. The poll
 *   keeps the event loop alive until close.
 */
export function openUdpSocket(
  address: Uint8Array,
  port: number,
  bufferBytes: number,
  onDatagrams: (datagrams: Uint8Array) => void,
): UdpSocket;

export interface UdpSocket {
  /** Never blocks. Returns 0, or the errno with which the kernel refused: EAGAIN if its buffer is full. */
  send(datagram: Uint8Array, address: Uint8Array, port: number): number;
  /** As the kernel counts: twice the requested size. */
  receiveBufferBytes(): number;
  close(): void;
}

/** Whether the kernel loads an XDP program with these flags of BPF_PROG_LOAD. */
export function acceptsProgramFlags(flags: number): boolean;
export function numPossibleCpus(): number;
/** CLOCK_MONOTONIC in nanoseconds, as bpf_ktime_get_ns gives it. */
export function monotonicNs(): bigint;
/** Version of the linked libbpf, such as '1.1', without the patch level. */
export function libbpfVersion(): string;
