// SPDX-License-Identifier: Apache-2.0
import type { DataPath, ResolvedInterface } from '#core/ports.js';
import type { Link, LinkListener } from '#netlink/index.js';
import type { Log } from '#observe/index.js';
import { resolve } from './interfaces.js';

type Seen = Pick<Link, 'ifindex' | 'mac'> & Partial<Pick<Link, 'up'>>;

interface Watched {
  readonly configured: ResolvedInterface;
  /** The last state that the kernel reported. Undefined: no interface has the name. */
  seen: Seen | undefined;
  /** Undefined while it cannot be used. */
  present: ResolvedInterface | undefined;
  problem: string | undefined;
}

export interface LinkWatcherOptions {
  /** As found at start. */
  readonly interfaces: readonly ResolvedInterface[];
  readonly dataPath: Pick<DataPath, 'interfaceChanged' | 'interfaceGone' | 'status'>;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Called with the present interfaces, and with the one that was created again, if any. */
  readonly changed: (interfaces: readonly ResolvedInterface[], made: Link | undefined) => void;
}

/**
 * Keeps the data path on the configured interfaces when they get a new MAC address, are deleted, or are created again.
 */
export class LinkWatcher implements LinkListener {
  readonly #options: LinkWatcherOptions;
  readonly #watched: readonly Watched[];

  constructor(options: LinkWatcherOptions) {
    this.#options = options;
    this.#watched = options.interfaces.map((each) => ({
      ...{ configured: each, seen: each, present: each, problem: undefined },
    }));
  }

  get interfaces(): readonly ResolvedInterface[] {
    return this.#watched.flatMap(({ present }) => present ?? []);
  }

  /** One for each interface that cannot be used now. */
  get warnings(): readonly string[] {
    return this.#watched.flatMap(({ problem }) => problem ?? []);
  }

  links(links: readonly Link[]): void {
    for (const each of this.#watched)
      this.#see(
        each,
        links.find(({ name }) => name === each.configured.name),
      );
  }

  linkChanged(link: Link, removed: boolean): void {
    for (const each of this.#watched) {
      if (!removed && link.name === each.configured.name) this.#see(each, link);
      else if (link.ifindex === each.seen?.ifindex) this.#see(each, undefined); // removed or renamed
    }
  }

  #see(each: Watched, link: Link | undefined): void {
    if (!isNews(each, link)) return;
    each.seen = link;
    const found = resolve(each.configured, link);
    if (typeof found === 'string') this.#lost(each, found);
    else if (link) this.#use(each, found, link);
  }

  #use(each: Watched, found: ResolvedInterface, link: Link): void {
    const { dataPath, log, changed } = this.#options;
    const { name, ifindex } = found;
    const before = each.present;
    const failure = attempt(() => dataPath.interfaceChanged(found));
    if (failure !== undefined) return this.#lost(each, failure);
    each.present = found;
    each.problem = undefined;
    const mode = dataPath.status().interfaces.find((attached) => attached.name === name)?.mode;
    const mac = Buffer.from(found.mac).toString('hex').replace(/..\B/g, '$&:');
    const isNew = before?.ifindex !== ifindex;
    log.info(
      `${name}: ${isNew ? 'created again' : 'new MAC address'}: ${mac}, index ${ifindex}, ${mode} XDP`,
    );
    changed(this.interfaces, isNew ? link : undefined);
  }

  #lost(each: Watched, why: string): void {
    const { dataPath, log, changed } = this.#options;
    const { present, configured } = each;
    const failure = present && attempt(() => dataPath.interfaceGone(configured.name));
    each.present = undefined;
    each.problem = `${[why, failure].filter(Boolean).join('; ')}: nothing is forwarded on it until that changes`;
    log.warn(each.problem);
    if (present) changed(this.interfaces, undefined);
  }
}

/** A failed step is retried when the interface goes up or down. */
function isNews({ seen, problem }: Watched, link: Link | undefined): boolean {
  if (seen === undefined || link === undefined) return seen !== link;
  if (problem !== undefined && seen.up !== link.up) return true;
  return seen.ifindex !== link.ifindex || Buffer.compare(seen.mac, link.mac) !== 0;
}

/** An error of one interface must not end the agent. Returns the error as text. */
function attempt(step: () => void): string | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
