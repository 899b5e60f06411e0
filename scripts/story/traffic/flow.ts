// SPDX-License-Identifier: Apache-2.0
import type { Backend } from '../backend.js';
import type { NodeName } from '../topology.js';
import { analyse, type Phase, type PhaseResult } from './analyse.js';
import type { Received } from './receive.js';
import type { Sent } from './send.js';

export interface FlowResult {
  readonly from: string;
  readonly to: string;
  /** Packets a second that the sender was asked for. */
  readonly rate: number;
  readonly refusedBySender: number;
  readonly phases: readonly PhaseResult[];
}

export interface Flow {
  /** Stops the sender, waits for what is on its way, and tells losses by phase. */
  stop(phases: readonly Phase[]): Promise<FlowResult>;
}

interface End {
  readonly node: NodeName;
  readonly eid: string;
}

/** A steady stream of UDP packets from one host to another. */
export async function startFlow(backend: Backend, from: End, to: End, rate: number): Promise<Flow> {
  const receiver = backend.follow(to.node, ['lab-traffic', 'receive', to.eid]);
  await new Promise<void>((ready) => receiver.onLine((line) => line === 'ready' && ready()));
  const sender = backend.follow(from.node, ['lab-traffic', 'send', to.eid, String(rate)]);
  return {
    async stop(phases) {
      const sent = JSON.parse(await sender.stop()) as Sent;
      const received = JSON.parse(await receiver.stop()) as Received;
      return {
        from: from.eid,
        to: to.eid,
        rate,
        refusedBySender: sent.refused,
        phases: analyse(sent, received, phases),
      };
    },
  };
}
