// SPDX-License-Identifier: Apache-2.0

/** What the machines of the lab are. */
export interface MachineChoice {
  /** 6.12, or a full version. */
  readonly kernel: string | undefined;
  /** Of NICs in switches. */
  readonly queues: number;
  /** Not where routers get generic XDP: see NicOptions. */
  readonly guestOffloads: boolean;
}

const NAMES = ['--kernel', '--queues'];

/**
 * Takes the options of the machines out of a command line; the others are the lab's. A command in a node (exec) keeps
 * all of its own.
 */
export function takeMachineOptions(args: readonly string[]): {
  readonly machine: MachineChoice;
  readonly rest: readonly string[];
} {
  const values = new Map<string, string>();
  const rest: string[] = [];
  const words = [...args];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'exec') return { machine: choice(values, []), rest: [...rest, word, ...words] };
    const [name = '', value] = word.split('=', 2);
    if (NAMES.includes(name)) values.set(name, value ?? words.shift() ?? '');
    else rest.push(word);
  }
  return { machine: choice(values, rest), rest };
}

function choice(values: ReadonlyMap<string, string>, rest: readonly string[]): MachineChoice {
  const queues = Number(values.get('--queues') ?? '1');
  if (!Number.isInteger(queues) || queues < 1 || queues > 8)
    throw new Error(`--queues is 1 to 8, not '${values.get('--queues')}'`);
  const generic = rest.some(
    (word, i) => word === '--xdp=generic' || (word === '--xdp' && rest[i + 1] === 'generic'),
  );
  return { kernel: values.get('--kernel'), queues, guestOffloads: !generic };
}
