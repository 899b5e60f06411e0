// SPDX-License-Identifier: Apache-2.0
import type { FlowSpec } from './flows.js';
import type { FrameFields } from './frame.js';
import type { Device } from '#scripts/kit/netns.js';

/** What one stream of packets looks like and where it goes. */
export interface StreamSpec {
  readonly frame: FrameFields;
  readonly flows: FlowSpec;
  /** The interface of the generator whose other end gets the packets. */
  readonly device: Device;
}

/** What every generator does, in a process inside the generator's namespace that is bound to one CPU. */
export interface PacketGenerator {
  /** Adds a stream, or replaces the one of this name. */
  readonly stream: (name: string, spec: StreamSpec) => void;
  /** Sends this number of packets as fast as possible. @returns duration in milliseconds */
  readonly send: (name: string, packets: number) => number;
}

export const GENERATORS = ['live-frame', 'pktgen'] as const;
export type GeneratorName = (typeof GENERATORS)[number];

/** What `--generator` takes. */
export const GENERATOR_CHOICES = [...GENERATORS, 'auto'] as const;
export type GeneratorChoice = (typeof GENERATOR_CHOICES)[number];
