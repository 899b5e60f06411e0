// SPDX-License-Identifier: Apache-2.0
// Watches the traffic through a site in both directions, and whether its interfaces have a program, during an action.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { ipv4Udp } from '#test/native/packets.js';
import { Inside } from '#test/datapath/inside.js';
import { FAR_RLOC, HOST, OUR_RLOC, REMOTE, type Site } from '#test/datapath/live-site.js';
import type { UdpCounts } from '#test/datapath/peer-inside.js';

const LISP_DATA = 4341;
const LISP_HEADER = 8;
export const PORT = 9999;
/** Rate in each direction. */
const RATE_pps = 2_000;
/** Time before and after the action. */
const MARGIN_ms = 500;
/** If no packet arrives for this time, none is in flight. */
const QUIET_ms = 300;
/** Interface queries in one run of `ip`. */
const BATCH = 2_000;

interface Way {
  readonly sent: number;
  readonly received: number;
}

export interface Seen {
  /** From the host to the far end (encapsulated), and back. */
  readonly out: Way;
  readonly back: Way;
  /** Number of interface queries, and how many of them saw no program. */
  readonly looks: number;
  readonly off: number;
  readonly duration_ms: number;
}

/**
 * Watches from before `act` until after it. In the site HOST must be local, and REMOTE must be mapped to FAR_RLOC. Its
 * agent must run at first, to resolve neighbours.
 * @param beforehand runs after neighbours are resolved and before traffic starts
 */
export async function watchTraffic(
  t: ExecutionContext,
  site: Site,
  act: () => Promise<void>,
  beforehand: () => Promise<void> = () => Promise.resolve(),
): Promise<Seen> {
  const traffic = new Traffic(t, site);
  await traffic.start();
  await setTimeout(MARGIN_ms);
  const before = await traffic.stop();
  await beforehand();
  const start = performance.now();
  await traffic.start();
  const watch = new InterfaceWatch(site);
  await setTimeout(MARGIN_ms);
  await act();
  await setTimeout(MARGIN_ms);
  const looks = await watch.stop();
  const duration_ms = Math.round(performance.now() - start);
  const after = await traffic.stop();
  await traffic.end();
  const since = (way: 'out' | 'back'): Way => ({
    sent: after[way].sent - before[way].sent,
    received: after[way].received - before[way].received,
  });
  return { out: since('out'), back: since('back'), ...looks, duration_ms };
}

/** Two streams: one to be encapsulated, one to be decapsulated. */
class Traffic {
  readonly #host: Inside;
  readonly #far: Inside;

  constructor(t: ExecutionContext, site: Site) {
    this.#host = new Inside(t, site.host, './peer-inside.js');
    this.#far = new Inside(t, site.far, './peer-inside.js');
  }

  async start(): Promise<void> {
    const inner = ipv4Udp(REMOTE[4], HOST[4], PORT, new Uint8Array(64));
    const lisp = Uint8Array.of(...new Uint8Array(LISP_HEADER), ...inner);
    await this.#far.call('stream', FAR_RLOC[4], OUR_RLOC[4], LISP_DATA, lisp, RATE_pps);
    await this.#host.call('stream', HOST[4], REMOTE[4], PORT, new Uint8Array(64), RATE_pps);
  }

  async end(): Promise<void> {
    await Promise.all([this.#host, this.#far].map((peer) => peer.kill()));
  }

  /** Waits until nothing more arrives. Returns the counts since the namespaces were created. */
  async stop(): Promise<Record<'out' | 'back', Way>> {
    const peers = [this.#host, this.#far];
    await Promise.all(peers.map((peer) => peer.call('stopStream')));
    let [last, now] = ['', ''];
    let counts: UdpCounts[];
    do {
      last = now;
      await setTimeout(QUIET_ms);
      counts = await Promise.all(peers.map((peer) => peer.call<UdpCounts>('udpCounts')));
      now = JSON.stringify(counts);
    } while (now !== last);
    const [host, far] = counts;
    if (host === undefined || far === undefined) throw new Error('two peers are asked');
    return {
      out: { sent: host.sent, received: far.received },
      back: { sent: far.sent, received: host.received },
    };
  }
}

/** Queries the interfaces of the xTR continuously by netlink. */
class InterfaceWatch {
  readonly #site: Site;
  readonly #looking: Promise<void>;
  #stopped = false;
  #looks = 0;
  #off = 0;

  constructor(site: Site) {
    this.#site = site;
    this.#looking = this.#look();
  }

  async #look(): Promise<void> {
    const names = this.#site.options.interfaces.map(({ name }) => name);
    const commands = Array.from({ length: BATCH }, (_, i) => `link show dev ${names[i % names.length]}\n`);
    while (!this.#stopped) {
      const ip = spawn('ip', ['-n', this.#site.xtr, '-o', '-batch', '-']);
      ip.stdin.end(commands.join(''));
      const [output] = await Promise.all([text(ip.stdout), once(ip, 'close')]);
      const lines = output.split('\n').filter((line) => line !== '');
      this.#looks += lines.length;
      this.#off += lines.filter((line) => !line.includes('prog/xdp')).length;
    }
  }

  async stop(): Promise<{ looks: number; off: number }> {
    this.#stopped = true;
    await this.#looking;
    return { looks: this.#looks, off: this.#off };
  }
}
