// SPDX-License-Identifier: Apache-2.0
import { formatAddress, formatEidPrefix } from '#addr/index.js';
import type { ControlEvent } from '#control/contract/event.js';
import type { EventView } from '#core/service/views.js';
import { type EventClock, systemClock } from './clock.js';

export type EventListener = (event: EventView) => void;

/** How many events are kept. */
export const EVENT_CAPACITY = 4_096;

interface KeptEvent {
  readonly event: ControlEvent;
  readonly time_ms: number;
  readonly monotonic_ms: number;
}

/** The events of one node: keeps the last ones, and passes each new one to the listeners. */
export class EventLog {
  readonly #node: string;
  readonly #capacity: number;
  readonly #clock: EventClock;
  /** A ring once it is full. Then #next is the oldest event. */
  readonly #events: KeptEvent[] = [];
  #next = 0;
  readonly #listeners = new Set<EventListener>();

  constructor(node: string, capacity: number = EVENT_CAPACITY, clock: EventClock = systemClock()) {
    this.#node = node;
    this.#capacity = capacity;
    this.#clock = clock;
  }

  /**
   * Keeps the event and passes it to the listeners. A listener that throws is removed. Returns a function that formats
   * the event: formatting takes as long as the rest of the work for a Map-Request, so it is done on demand only.
   */
  record(event: ControlEvent): () => EventView {
    const kept = this.#kept(event);
    this.#events[this.#next] = kept;
    this.#next = (this.#next + 1) % this.#capacity;
    if (this.#listeners.size > 0) this.#tell(this.#view(kept));
    return () => this.#view(kept);
  }

  #tell(view: EventView): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(view);
      } catch {
        this.#listeners.delete(listener);
      }
    }
  }

  /** The kept events, oldest first. */
  recent(): EventView[] {
    const events = this.#events;
    const ordered =
      events.length < this.#capacity ? events : [...events.slice(this.#next), ...events.slice(0, this.#next)];
    return ordered.map((kept) => this.#view(kept));
  }

  /** Calls the listener with each event from now on. Returns a function that removes the listener. */
  onEvent(listener: EventListener): () => void {
    const own: EventListener = (event) => {
      listener(event);
    };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** A punted packet's event gets the time at which the kernel saw the packet. */
  #kept(event: ControlEvent): KeptEvent {
    const now_ms = this.#clock.monotonic();
    const monotonic_ms = event.kernelTime_ms ?? now_ms;
    return { event, time_ms: this.#clock.wall() - (now_ms - monotonic_ms), monotonic_ms };
  }

  #view({ event, time_ms, monotonic_ms }: KeptEvent): EventView {
    const { name, eid, peer, rlocs, nonce, detail } = event;
    return {
      time_ms,
      monotonic_ms,
      node: this.#node,
      name,
      ...(eid && { eid: formatEidPrefix(eid) }),
      ...(peer && { peer: formatAddress(peer) }),
      ...(rlocs && { rlocs: rlocs.map(formatAddress) }),
      ...(nonce !== undefined && { nonce: `0x${nonce.toString(16).padStart(16, '0')}` }),
      ...(detail !== undefined && { detail }),
    };
  }
}
