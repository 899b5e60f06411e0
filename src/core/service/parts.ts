// SPDX-License-Identifier: Apache-2.0
import type { Agent } from '#core/agent.js';
import type { Configuration } from '#core/configuration.js';
import type { Clock, ControlTransport, DataPath, KernelNetwork } from '#core/ports.js';
import type { Recorder } from '#core/recorder.js';
import type { Runtime } from '#core/runtime.js';
import type { EventView } from './views.js';

/** The stored events and new ones. */
export interface EventSource {
  recent(): readonly EventView[];
  onEvent(listener: (event: EventView) => void): () => void;
}

/** The parts of the agent that answer xtrctl. */
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
  /** Undefined if nothing is recorded. */
  readonly recorder?: Recorder | undefined;
  readonly events: EventSource;
  readonly apiCounters: () => Readonly<Record<string, number>>;
  /** Problems that prevent forwarding, each with the command that fixes it. */
  readonly warnings: () => Promise<readonly string[]>;
  /** Name of an interface of ours. */
  readonly interfaceName: (ifindex: number) => string;
}
