// SPDX-License-Identifier: Apache-2.0
// The host routes that the agent wants, and the queue of changes that the kernel does not have yet.
import { ADDRESS_BITS, formatAddress } from '#addr/index.js';
import { HOST_ROUTE_METRIC } from '#netlink/monitor/host-route-requests.js';
import type { HostRoute, HostRouteChange, HostRouteRefusal } from '#netlink/monitor/monitor-messages.js';
import type { Log } from '#netlink/monitor/monitor-process.js';
import { RTPROT_XTRD } from '#netlink/rtnetlink/constants.js';

/**
 * Changes in one request to the monitor. Only one request is pending at a time. Other changes wait in the table, where
 * a later change of the same route replaces them.
 */
const BATCH = 256;
/**
 * Deletions are delayed by this time: the host has moved, and sending SMRs to those who still send to it comes first.
 * The monitor would compete for CPU time.
 */
const DELETE_DELAY_ms = 5;
/** At most one log line in this time. The counter counts all errors. */
const LOG_INTERVAL_ms = 1_000;

export interface HostRouteOptions {
  /**
   * Resolves to the refusals of the kernel, by change. Rejects with ERR_MONITOR_ENDED or the errno's name as `code`.
   */
  readonly request: (
    changes: readonly HostRouteChange[],
  ) => Promise<readonly (HostRouteRefusal | undefined)[]>;
  /** For commands in the log. */
  readonly interfaceName: (ifindex: number) => string;
  readonly log: Log;
}

export class HostRoutes {
  readonly #options: HostRouteOptions;
  readonly #entries = new Map<string, HostRouteChange>();
  /** Queue of keys of entries that the kernel does not have yet. */
  readonly #waiting = new Set<string>();
  /** Number of changes in the pending request. */
  #pending = 0;
  /** Both timers call `flush`, which clears both. */
  #soon: NodeJS.Immediate | undefined;
  #later: NodeJS.Timeout | undefined;
  #errors = 0;
  #loggedAt_ms = -Infinity;

  constructor(options: HostRouteOptions) {
    this.#options = options;
  }

  counters(): Record<string, number> {
    const hostRoutes = [...this.#entries.values()].filter(({ wanted }) => wanted).length;
    return {
      hostRoutes,
      hostRoutesWaiting: this.#waiting.size + this.#pending,
      hostRouteErrors: this.#errors,
    };
  }

  set(route: HostRoute, wanted: boolean): void {
    const key = keyOf(route);
    this.#entries.set(key, { route, wanted });
    this.#waiting.delete(key); // moves it to the end: if an EID changes its interface, the later change wins
    this.#waiting.add(key);
    if (wanted) this.#schedule();
    else this.#later ??= setTimeout(() => this.flush(), DELETE_DELAY_ms);
  }

  isWanted(route: HostRoute): boolean {
    return this.#entries.get(keyOf(route))?.wanted === true;
  }

  /** Whether a change of this route is still in the queue. */
  isWaiting(route: HostRoute): boolean {
    return this.#waiting.has(keyOf(route));
  }

  /** Queues all routes again, or those of an interface that came up (the kernel deleted them when it went down). */
  repeat(ifindex?: number): void {
    for (const [key, { route }] of this.#entries)
      if (ifindex === undefined || route.ifindex === ifindex) this.#waiting.add(key);
    this.#schedule();
  }

  /** Sends the queue without further delay. */
  flush(): void {
    clearImmediate(this.#soon);
    clearTimeout(this.#later);
    this.#soon = this.#later = undefined;
    if (this.#pending === 0) void this.#sendBatch();
  }

  /** Changes of one turn of the event loop are sent together, after pending reads. */
  #schedule(): void {
    this.#soon ??= setImmediate(() => this.flush());
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#take();
    this.#pending = batch.length;
    if (batch.length === 0) return;
    try {
      const refusals = await this.#options.request(batch);
      batch.forEach((change, i) => this.#settled(change, refusals[i]));
    } catch (error) {
      const { code = 'UNKNOWN', message } = error as Error & { code?: string };
      // If the monitor has ended, all routes are sent again when the next one has started.
      if (code !== 'ERR_MONITOR_ENDED') for (const change of batch) this.#settled(change, { code, message });
    }
    this.#pending = 0;
    if (this.#waiting.size > 0) this.#schedule();
  }

  #take(): HostRouteChange[] {
    const batch: HostRouteChange[] = [];
    for (const key of this.#waiting) {
      if (batch.length === BATCH) break;
      this.#waiting.delete(key);
      const change = this.#entries.get(key);
      if (change !== undefined) batch.push(change);
    }
    return batch;
  }

  #settled(change: HostRouteChange, refusal: HostRouteRefusal | undefined): void {
    const key = keyOf(change.route);
    if (!change.wanted && this.#entries.get(key) === change) this.#entries.delete(key);
    if (refusal !== undefined) this.#failed(change, refusal);
  }

  #failed({ route, wanted }: HostRouteChange, { message }: HostRouteRefusal): void {
    this.#errors++;
    const now_ms = performance.now();
    if (now_ms - this.#loggedAt_ms < LOG_INTERVAL_ms) return;
    this.#loggedAt_ms = now_ms;
    const command = ipRouteCommand(route, wanted, this.#options.interfaceName(route.ifindex));
    this.#options.log(
      'warn',
      `host route: ${message} (${this.#errors} errors so far); to repeat it by hand: ${command}`,
    );
  }
}

/** The equivalent command of iproute2. */
export function ipRouteCommand({ address }: HostRoute, wanted: boolean, dev: string): string {
  const prefix = `${formatAddress(address)}/${ADDRESS_BITS[address.family]}`;
  const scope = wanted && address.family === 4 ? ' scope link' : '';
  const verb = wanted ? 'replace' : 'del';
  const ip = address.family === 4 ? 'ip' : 'ip -6';
  return `${ip} route ${verb} ${prefix} dev ${dev}${scope} proto ${RTPROT_XTRD} metric ${HOST_ROUTE_METRIC}`;
}

function keyOf({ address, ifindex }: HostRoute): string {
  return `${formatAddress(address)} ${ifindex}`;
}
