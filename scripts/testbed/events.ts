// SPDX-License-Identifier: Apache-2.0
import type { EventName } from '#control/contract/event.js';
import type { EventView } from '#core/service/views.js';
import type { Backend, Follower } from './backend.js';
import type { RouterName } from './topology.js';
import { withTimeout } from '#scripts/kit/wait.js';

/** An agent's event, and the node that it came from. */
export type NodeEvent = EventView & { readonly router: RouterName };

export interface EventPattern {
  readonly router: RouterName;
  readonly name: EventName;
  readonly eid?: string;
  readonly peer?: string;
  /** All the locators after the event. */
  readonly rlocs?: readonly string[];
  /** Not before this moment, CLOCK_MONOTONIC ms. */
  readonly from_ms?: number;
}

const TIMEOUT_ms = 15_000;

export function matches(event: NodeEvent, pattern: EventPattern): boolean {
  const { router, name, eid, peer, rlocs, from_ms } = pattern;
  return (
    event.router === router &&
    event.name === name &&
    (eid === undefined || event.eid === eid) &&
    (peer === undefined || event.peer === peer) &&
    (rlocs === undefined || event.rlocs?.join() === rlocs.join()) &&
    (from_ms === undefined || event.monotonic_ms >= from_ms)
  );
}

export function describe({ router, name, eid, peer, rlocs }: EventPattern): string {
  const about = [eid, peer && `peer ${peer}`, rlocs && `locators ${rlocs.join(' ')}`].filter(Boolean);
  return `${name} at ${router}${about.length > 0 ? ` (${about.join(', ')})` : ''}`;
}

/** The events of all agents, in the order of arrival. */
export class EventLog {
  readonly #backend: Backend;
  readonly #events: NodeEvent[] = [];
  readonly #listeners = new Set<(event: NodeEvent) => void>();
  readonly #followers = new Map<RouterName, Follower>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Listens to a node's agent; to be called again after the agent was restarted. */
  follow(router: RouterName): void {
    const follower = this.#backend.follow(router, ['xtrctl', 'events', '--follow', '--json']);
    this.#followers.set(router, follower);
    follower.onLine((line) => this.#add(this.#onOurClock({ ...(JSON.parse(line) as EventView), router })));
  }

  /** Before its agent is killed. */
  async unfollow(router: RouterName): Promise<void> {
    await this.#followers.get(router)?.stop();
    this.#followers.delete(router);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#followers.keys()].map((router) => this.unfollow(router)));
  }

  find(pattern: EventPattern): NodeEvent | undefined {
    return this.#events.find((event) => matches(event, pattern));
  }

  /** The first one that matches, seen already or yet to come. @throws NotSeen */
  async first(pattern: EventPattern): Promise<NodeEvent> {
    const seen = this.find(pattern);
    if (seen) return seen;
    let listener: ((event: NodeEvent) => void) | undefined;
    const coming = new Promise<NodeEvent>((resolve) => {
      listener = (event) => matches(event, pattern) && resolve(event);
      this.#listeners.add(listener);
    });
    try {
      return await withTimeout(coming, TIMEOUT_ms * this.#backend.pace.patience, describe(pattern));
    } finally {
      if (listener) this.#listeners.delete(listener);
    }
  }

  /** In the order of time. */
  between(from_ms: number, until_ms: number): NodeEvent[] {
    return this.#events
      .filter(({ monotonic_ms }) => monotonic_ms >= from_ms && monotonic_ms <= until_ms)
      .sort((a, b) => a.monotonic_ms - b.monotonic_ms);
  }

  #onOurClock(event: NodeEvent): NodeEvent {
    return { ...event, monotonic_ms: event.monotonic_ms + this.#backend.clockOffset_ms(event.router) };
  }

  #add(event: NodeEvent): void {
    this.#events.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}
