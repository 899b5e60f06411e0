// SPDX-License-Identifier: Apache-2.0
import type { Backend } from '#scripts/testbed/backend.js';
import type { NodeName } from '#scripts/testbed/topology.js';
import { analyse, type Phase, type PhaseResult } from './analyse.js';
import { onOneClock } from './clocks.js';
import type { Received } from '#scripts/testbed/traffic/receive.js';
import type { Sent } from '#scripts/testbed/traffic/send.js';
import { withTimeout } from '#scripts/kit/wait.js';

const READY_TIMEOUT_ms = 15_000;
/** After the sender has stopped, the receiver stops when nothing has arrived for this time. */
const QUIET_ms = 300;

export interface FlowResult {
  readonly from: string;
  readonly to: string;
  /** Packets a second that the sender was asked for. */
  readonly rate: number;
  readonly refusedBySender: number;
  readonly phases: readonly PhaseResult[];
}

export interface Flow {
  /** Stops the sender, waits for packets on their way, and returns losses by phase. */
  stop(phases: readonly Phase[]): Promise<FlowResult>;
}

interface End {
  readonly node: NodeName;
  readonly eid: string;
}

function parse(line: string, { node }: End): unknown {
  if (!line.startsWith('{')) throw new Error(`lab-traffic on ${node} ended early`);
  return JSON.parse(line);
}

/** A steady stream of UDP packets from one host to another. */
export async function startFlow(backend: Backend, from: End, to: End): Promise<Flow> {
  const { patience, traffic_pps: rate } = backend.pace;
  const receiver = backend.follow(to.node, ['lab-traffic', 'receive', to.eid, String(QUIET_ms * patience)]);
  const ready = new Promise<void>((resolve) => receiver.onLine((line) => line === 'ready' && resolve()));
  await withTimeout(ready, READY_TIMEOUT_ms * patience, `lab-traffic to receive on ${to.node}`);
  const sender = backend.follow(from.node, ['lab-traffic', 'send', to.eid, String(rate)]);
  return {
    async stop(phases) {
      const [sent, received] = onOneClock(
        parse(await sender.stop(), from) as Sent,
        parse(await receiver.stop(), to) as Received,
        {
          sender_ms: backend.clockOffset_ms(from.node),
          receiver_ms: backend.clockOffset_ms(to.node),
        },
      );
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
