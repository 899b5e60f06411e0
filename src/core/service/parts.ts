// SPDX-License-Identifier: Apache-2.0
import type { Agent } from '#core/agent.js';
import type { Configuration } from '#core/configuration.js';
import type { Clock, ControlTransport, DataPath, KernelNetwork } from '#core/ports.js';
import type { Recorder } from '#core/recorder.js';
import type { Runtime } from '#core/runtime.js';
import type { EventView } from './views.js';

/** The events that were kept, and new ones. */
export interface EventSource {
  recent(): readonly EventView[];
  onEvent(listener: (event: EventView) => void): () => void;
}

/** What the answers to xtrctl are made from. */
export interface ServiceParts {
  readonly configuration: Configuration;
  readonly version: string;
  readonly pid: number;
  readonly agent: Agent;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly transport: ControlTransport;
  readonly dataPath: DataPath | undefined;
  readonly network: KernelNetwork | undefined;
  /** Undefined: nothing is recorded. */
  readonly recorder?: Recorder | undefined;
  readonly events: EventSource;
  readonly apiCounters: () => Readonly<Record<string, number>>;
  /** What stands in the way of forwarding, each with the command that mends it. */
  readonly warnings: () => Promise<readonly string[]>;
  /** Name of an interface of ours. */
  readonly interfaceName: (ifindex: number) => string;
}
