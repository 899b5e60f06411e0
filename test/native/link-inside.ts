// SPDX-License-Identifier: Apache-2.0
// The part of link.test.ts that runs inside a namespace, on the interface `veth`. Prints its results as JSON.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { BpfLink } from '#native';
import { addon, asU32, bpfError, u32 } from './addon.js';

interface LinkFacts {
  readonly ifindex: number;
  readonly programId: number;
}

export interface AttachFacts {
  readonly ifindex: number;
  readonly programIds: { readonly first: number; readonly second: number };
  readonly mode: string;
  readonly attached: LinkFacts;
  readonly reopened: LinkFacts;
  readonly updated: LinkFacts;
  readonly busy: string;
  readonly afterClose: string;
  readonly afterDestroy: string;
}

export interface TrafficFacts {
  readonly sent: number;
  readonly received: number;
  readonly counted: readonly [number, number];
}

interface LinkShow {
  readonly ifindex: number;
  readonly xdp?: { readonly mode: number };
}

function show(): LinkShow {
  const [link] = JSON.parse(execFileSync('ip', ['-json', 'link', 'show', 'veth'], { encoding: 'utf8' })) as [
    LinkShow,
  ];
  return link;
}

/** 'xdp', 'xdpgeneric' or ''. */
function mode(): string {
  return ['', 'xdp', 'xdpgeneric'][show().xdp?.mode ?? 0] ?? 'unknown';
}

const linkFacts = (link: BpfLink): LinkFacts => ({ ifindex: link.ifindex, programId: link.programId });

function attach(probe: string, pin: string, how: string): AttachFacts {
  const object = addon.loadObject(probe);
  const [first, second] = [object.program('probe_count'), object.program('probe_count_too')];
  const { ifindex } = show();
  const link = first.attachXdp(ifindex, how as 'native' | 'generic', pin);
  const attached = linkFacts(link);
  const attachedMode = mode();
  link.close();
  const again = addon.openPinnedLink(pin);
  const reopened = linkFacts(again);
  again.update(second);
  const updated = linkFacts(again);
  const busy = bpfError(() => first.attachXdp(ifindex, how as 'native' | 'generic')).code;
  again.destroy();
  return {
    ...{
      ifindex,
      programIds: { first: first.id, second: second.id },
      mode: attachedMode,
      attached,
      reopened,
      updated,
      busy,
    },
    afterClose: bpfError(() => link.update(first)).code,
    afterDestroy: mode(),
  };
}

function unpinned(probe: string): string {
  const link = addon.loadObject(probe).program('probe_count').attachXdp(show().ifindex, 'native');
  link.close();
  return mode();
}

function leave(probe: string, pin: string): null {
  addon.loadObject(probe).program('probe_count').attachXdp(show().ifindex, 'native', pin);
  return null;
}

function taken(probe: string, pin: string): { code: string; mode: string } {
  const program = addon.loadObject(probe).program('probe_count');
  return { code: bpfError(() => program.attachXdp(show().ifindex, 'native', pin)).code, mode: mode() };
}

async function traffic(probe: string, far: string): Promise<TrafficFacts> {
  const object = addon.loadObject(probe);
  const programs = [object.program('probe_count_too'), object.program('probe_count')] as const;
  const link = programs[1].attachXdp(show().ifindex, 'native');
  const ping = spawn('ip', [
    ...['netns', 'exec', far, 'ping', '-q', '-c', '1000', '-i', '0.001', '-W', '1', '198.51.100.1'],
  ]);
  const output = text(ping.stdout);
  const ended = once(ping, 'close').then(() => true);
  let updates = 0;
  do {
    link.update(programs[updates % 2 === 0 ? 0 : 1]);
    updates++;
  } while (!(await Promise.race([ended, new Promise<false>((resolve) => setImmediate(resolve, false))])));
  const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(await output) ?? [];
  const counters = object.map('probe_per_cpu_counters');
  const counted = (slot: number): number =>
    asU32(counters.lookup(u32(slot)) ?? new Uint8Array()).reduce((sum, count) => sum + count, 0);
  return { sent: Number(sent), received: Number(received), counted: [counted(0), counted(1)] };
}

const scenarios: Record<string, (...args: string[]) => unknown> = { attach, unpinned, leave, taken, traffic };
const [, , scenario = '', ...args] = process.argv;
console.log(JSON.stringify(await scenarios[scenario]?.(...args)));
