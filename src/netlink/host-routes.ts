// SPDX-License-Identifier: Apache-2.0
// The host routes that the agent wants, and which of them the kernel has yet to be told.
import { ADDRESS_BITS, formatAddress } from '../addr/index.js';
import { HOST_ROUTE_METRIC } from './host-route-requests.js';
import type { HostRoute } from './monitor-messages.js';
import type { Log } from './monitor-process.js';
import { RTPROT_XTRD } from './rtnetlink/constants.js';

/** Requests under way at once; the others wait in the table, where a later one of the same route replaces them. */
const WINDOW = 64;
/** At most one line in the log in this time; the counter has them all. */
const LOG_INTERVAL_MS = 1_000;

interface Entry {
  readonly route: HostRoute;
  readonly wanted: boolean;
}

export interface HostRouteOptions {
  /** Rejects with the errno's name as `code`, or with ERR_MONITOR_ENDED. */
  readonly request: (type: 'add-host-route' | 'delete-host-route', route: HostRoute) => Promise<unknown>;
  /** For the commands in the log. */
  readonly interfaceName: (ifindex: number) => string;
  readonly log: Log;
}

export class HostRoutes {
  readonly #options: HostRouteOptions;
  readonly #entries = new Map<string, Entry>();
  /** Keys of entries that the kernel does not have yet, in order. */
  readonly #waiting = new Set<string>();
  #underWay = 0;
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
    this.#pump();
  }

  isWanted(route: HostRoute): boolean {
    return this.#entries.get(keyOf(route))?.wanted === true;
  }

  /** Tells the kernel again: all, or those of an interface that came up (its routes went when it went down). */
  repeat(ifindex?: number): void {
    for (const [key, { route }] of this.#entries)
      if (ifindex === undefined || route.ifindex === ifindex) this.#waiting.add(key);
    this.#pump();
  }

  #pump(): void {
    for (const key of this.#waiting) {
      if (this.#underWay >= WINDOW) return;
      this.#waiting.delete(key);
      const entry = this.#entries.get(key);
      if (entry !== undefined) void this.#tell(key, entry);
    }
  }

  async #tell(key: string, entry: Entry): Promise<void> {
    this.#underWay++;
    const { route, wanted } = entry;
    try {
      await this.#options.request(wanted ? 'add-host-route' : 'delete-host-route', route);
      this.#settled(key, entry);
    } catch (error) {
      const failure = error as Error & { code?: string };
      // When the monitor ended, everything is repeated as soon as the next one has started.
      if (failure.code !== 'ERR_MONITOR_ENDED') {
        this.#settled(key, entry);
        this.#failed(entry, failure);
      }
    }
    this.#underWay--;
    this.#pump();
  }

  #settled(key: string, entry: Entry): void {
    if (!entry.wanted && this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  #failed({ route, wanted }: Entry, error: Error): void {
    this.#errors++;
    const now_ms = performance.now();
    if (now_ms - this.#loggedAt_ms < LOG_INTERVAL_MS) return;
    this.#loggedAt_ms = now_ms;
    const command = ipRouteCommand(route, wanted, this.#options.interfaceName(route.ifindex));
    this.#options.log(
      'warn',
      `host route: ${error.message} (${this.#errors} errors so far); by hand: ${command}`,
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
