// SPDX-License-Identifier: Apache-2.0
// The host routes that the agent wants, and which of them the kernel has yet to be told.
import { ADDRESS_BITS, formatAddress } from '#addr/index.js';
import { HOST_ROUTE_METRIC } from '#netlink/monitor/host-route-requests.js';
import type { HostRoute, HostRouteChange, HostRouteRefusal } from '#netlink/monitor/monitor-messages.js';
import type { Log } from '#netlink/monitor/monitor-process.js';
import { RTPROT_XTRD } from '#netlink/rtnetlink/constants.js';

/**
 * Changes in one request to the monitor, and one request is under way; the others wait in the table, where a later one
 * of the same route replaces them.
 */
const BATCH = 256;
/**
 * A route that goes waits for so long: the host has moved, and those who still send to it are to hear of that before the
 * monitor takes CPU time.
 */
const DELETE_DELAY_ms = 5;
/** At most one line in the log in this time; the counter has them all. */
const LOG_INTERVAL_ms = 1_000;

export interface HostRouteOptions {
  /** What the kernel refused. Rejects with the errno's name as `code`, or with ERR_MONITOR_ENDED. */
  readonly request: (
    changes: readonly HostRouteChange[],
  ) => Promise<readonly (HostRouteRefusal | undefined)[]>;
  /** For the commands in the log. */
  readonly interfaceName: (ifindex: number) => string;
  readonly log: Log;
}

export class HostRoutes {
  readonly #options: HostRouteOptions;
  readonly #entries = new Map<string, HostRouteChange>();
  /** Keys of entries that the kernel does not have yet, in order. */
  readonly #waiting = new Set<string>();
  #underWay = 0;
  /** Both call `flush`; the first of them does it for both. */
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
      hostRoutesWaiting: this.#waiting.size + this.#underWay,
      hostRouteErrors: this.#errors,
    };
  }

  set(route: HostRoute, wanted: boolean): void {
    const key = keyOf(route);
    this.#entries.set(key, { route, wanted });
    this.#waiting.delete(key); // to the end: of two interfaces for one EID the later one counts
    this.#waiting.add(key);
    if (wanted) this.#plan();
    else this.#later ??= setTimeout(() => this.flush(), DELETE_DELAY_ms);
  }

  isWanted(route: HostRoute): boolean {
    return this.#entries.get(keyOf(route))?.wanted === true;
  }

  /** It was set, and the monitor has yet to be told. */
  isWaiting(route: HostRoute): boolean {
    return this.#waiting.has(keyOf(route));
  }

  /** Tells the kernel again: all, or those of an interface that came up (its routes went when it went down). */
  repeat(ifindex?: number): void {
    for (const [key, { route }] of this.#entries)
      if (ifindex === undefined || route.ifindex === ifindex) this.#waiting.add(key);
    this.#plan();
  }

  /** Tells the kernel now what waits. */
  flush(): void {
    clearImmediate(this.#soon);
    clearTimeout(this.#later);
    this.#soon = this.#later = undefined;
    if (this.#underWay === 0) void this.#pump();
  }

  /** What is set in one turn of the event loop goes together, and after what can be read by then. */
  #plan(): void {
    this.#soon ??= setImmediate(() => this.flush());
  }

  async #pump(): Promise<void> {
    const batch = this.#take();
    this.#underWay = batch.length;
    if (batch.length === 0) return;
    try {
      const refusals = await this.#options.request(batch);
      batch.forEach((change, i) => this.#settled(change, refusals[i]));
    } catch (error) {
      const { code = 'UNKNOWN', message } = error as Error & { code?: string };
      // When the monitor ended, everything is repeated as soon as the next one has started.
      if (code !== 'ERR_MONITOR_ENDED') for (const change of batch) this.#settled(change, { code, message });
    }
    this.#underWay = 0;
    if (this.#waiting.size > 0) this.#plan();
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

/** The command of iproute2 that does the same. */
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
