// SPDX-License-Identifier: Apache-2.0
import type { GeneratorName } from '#scripts/packets/stream.js';
import type { Target, Workload } from './workload.js';

/** The argument of drive.js. */
export interface Order {
  readonly generator: GeneratorName;
  readonly workload: Workload;
  readonly target: Target;
}

export interface Counts {
  readonly packets: number;
  /** What the device refused. */
  readonly refused: number;
}

/** A generator that is set up in the network namespace of the sending device. */
export interface Sender {
  /** Sends for this time. */
  send(duration_s: number): Promise<Counts>;
}

/** drive.js prints this line when it begins to send. */
export const SENDING = 'sending';

/** What drive.js prints at the end, as JSON. */
export interface Sent extends Counts {
  readonly duration_s: number;
  /** Busy time of all processors while it sent. */
  readonly busy_ns: number;
}
