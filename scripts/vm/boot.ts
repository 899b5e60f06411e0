// SPDX-License-Identifier: Apache-2.0
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { installKernel } from './kernel/install.js';
import { startImage } from './kernel/start-image.js';
import { accelerator } from './machine/accelerator.js';
import type { Guest } from './machine/guest.js';
import { END_WITH_US, Machine } from './machine/machine.js';
import type { MachineOptions } from './machine/qemu.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** As a shell reports a command that Ctrl-C ended. */
const INTERRUPTED = 130;

export type Say = (text: string) => void;

/** What all machines of one kernel have in common. */
export type Base = Pick<MachineOptions, 'kernel' | 'startImage' | 'accelerator'>;

/** Fetches and makes what is not in the cache. */
export async function prepareKernel(version: string, say: Say): Promise<Base> {
  const kernel = await installKernel(version, say);
  const image = await startImage(kernel);
  return { kernel, startImage: image, accelerator: await accelerator(kernel, image) };
}

/** Where the console logs of machines are kept that were part of a failure. */
export function logDirectory(of: string): string {
  return join(REPOSITORY, 'build/vm-logs', of);
}

export type Booted = readonly [machine: Machine, guest: Guest];

/**
 * Machines for as long as `use` takes; they end with this process at the latest.
 * @param machines listeners of cables come before their callers
 * @param directoryToOptions gets the directory for sockets
 * @param within goes before the emulators' commands, as to enter the network namespace of taps
 * @throws whatever `use` throws; the console logs are kept then
 */
export async function withMachines<T>(
  what: string,
  directoryToOptions: (directory: string) => readonly MachineOptions[],
  use: (booted: readonly Booted[]) => Promise<T>,
  within: readonly string[] = [],
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'xtrd-vm-'));
  const machines: Machine[] = [];
  // The emulators end with us by themselves; their directory does not.
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  const interrupted = (): never => process.exit(INTERRUPTED);
  process.once('exit', remove);
  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    for (const options of directoryToOptions(directory))
      machines.push(await Machine.start(options, { prefix: [...END_WITH_US, ...within] }));
    return await use(
      await Promise.all(machines.map(async (machine) => [machine, await machine.boot()] as const)),
    );
  } catch (error) {
    await keepLogs(directory, what);
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    await Promise.all(machines.map((machine) => machine.kill()));
    await rm(directory, { recursive: true });
    process.off('exit', remove);
  }
}

/** Keeps what the machines and their emulators said. */
export async function keepLogs(from: string, what: string): Promise<void> {
  const to = logDirectory(what);
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  await cp(from, to, {
    recursive: true,
    filter: (path) => !/\.(port\d+|port\d+\.pid|qmp|cable)$/.test(path),
  });
  console.error(`console logs are in ${to}`);
}
