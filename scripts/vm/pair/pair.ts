// SPDX-License-Identifier: Apache-2.0
import type { StatusView } from '#core/service/views.js';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { eventually, NotSeen } from '#scripts/kit/wait.js';
import { type Base, withMachines } from '#scripts/vm/boot.js';
import { nodeCommand } from '#scripts/vm/machine/accelerator.js';
import type { Guest, GuestProcess } from '#scripts/vm/machine/guest.js';
import type { MachineOptions } from '#scripts/vm/machine/qemu.js';
import {
  EAST,
  inMapServer,
  MAP_SERVER_CONFIGURATION,
  MAP_SERVER_SCRIPTS,
  networkScript,
  type Site,
  type SiteName,
  WEST,
  xtrConfiguration,
} from './site.js';

const START_TIMEOUT_ms = 600_000;
const POLL_ms = 500;
const MEMORY_MiB = 512;

/** One machine of the pair. */
export class PairMachine {
  readonly site: Site;
  readonly guest: Guest;
  readonly #node: readonly string[];

  constructor(site: Site, guest: Guest, { accelerator }: Base) {
    this.site = site;
    this.guest = guest;
    this.#node = nodeCommand(accelerator);
  }

  async setUp(): Promise<void> {
    for (const script of [networkScript(this.site), MAP_SERVER_SCRIPTS[this.site.name]])
      await this.guest.must(['sh', '-s'], { input: script });
    await this.put('pair.key', 'the key of the pair, known to everybody\n');
  }

  /** In /run/pair; returns the path. */
  async put(name: string, text: string): Promise<string> {
    const path = `/run/pair/${name}`;
    await this.guest.must(['sh', '-c', 'umask 077; mkdir -p /run/pair; cat >"$0"', path], { input: text });
    return path;
  }

  async start(name: string, configuration: string, prefix: readonly string[] = []): Promise<GuestProcess> {
    const file = await this.put(`${name}.yaml`, configuration);
    const command = [...prefix, ...this.#node, `${REPOSITORY}build/src/main.js`, '--config', file];
    return this.guest.spawn(command, { log: `/run/pair/${name}.log` });
  }

  /** The router of the machine; resolves when it answers. */
  async startRouter(
    xdp: string,
    mappings: readonly string[] = [],
  ): Promise<{ readonly status: StatusView; readonly process: GuestProcess }> {
    const process = await this.start(this.site.name, xtrConfiguration(this.site, xdp, mappings));
    let ended: number | undefined;
    process.exited.then(
      (code) => (ended = code),
      () => undefined, // of a machine that has gone, the next question tells
    );
    let status: StatusView | undefined;
    const answersOrEnded = async (): Promise<boolean> => {
      const { code, stdout } = await this.xtrctl('show', 'status', '--json');
      if (code === 0) status = JSON.parse(stdout) as StatusView;
      return status !== undefined || ended !== undefined;
    };
    await eventually(answersOrEnded, START_TIMEOUT_ms, POLL_ms);
    if (status !== undefined) return { status, process };
    const what = ended === undefined ? 'does not answer' : `ended with code ${ended}`;
    throw new NotSeen(`xtrd of ${this.site.name} ${what}: ${await this.log(this.site.name)}`);
  }

  xtrctl(...command: readonly string[]): ReturnType<Guest['run']> {
    const script = `${REPOSITORY}build/src/cli/main.js`;
    return this.guest.run([...this.#node, script, '--name', this.site.name, ...command], {
      timeout_ms: START_TIMEOUT_ms,
    });
  }

  log(name: string): Promise<string> {
    return this.guest.must(['cat', `/run/pair/${name}.log`]);
  }
}

export type Pair = Readonly<Record<SiteName, PairMachine>>;

function machines(base: Base, cpus: number, directory: string): MachineOptions[] {
  const options = { ...base, cpus, memory_MiB: MEMORY_MiB, directory };
  const stream = `${directory}/pair.cable`;
  return [
    { ...options, name: 'west', nics: [{ mac: '02:78:74:72:01:00', to: { stream, listens: true } }] },
    { ...options, name: 'east', nics: [{ mac: '02:78:74:72:02:00', to: { stream, listens: false } }] },
  ];
}

/** Boots both, sets their networks up, and starts the Map-Server; no router yet. */
export async function withPair<T>(
  base: Base,
  { what, cpus = 1 }: { readonly what: string; readonly cpus?: number },
  use: (pair: Pair) => Promise<T>,
): Promise<T> {
  return withMachines(
    what,
    (directory) => machines(base, cpus, directory),
    async (booted) => {
      const [west, east] = [WEST, EAST].map((site, i) => {
        const guest = booted[i]?.[1];
        if (guest === undefined) throw new Error(`${site.name} has not booted`);
        return new PairMachine(site, guest, base);
      }) as [PairMachine, PairMachine];
      await Promise.all([west.setUp(), east.setUp()]);
      await east.start('ms', MAP_SERVER_CONFIGURATION, inMapServer);
      return use({ west, east });
    },
  );
}
