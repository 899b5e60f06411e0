// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LAB = fileURLToPath(new URL('../../../scripts/lab', import.meta.url));

export interface LabRun {
  readonly child: ChildProcess;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Waits until the text was printed. */
  printed(text: string): Promise<void>;
  output(): string;
}

/** Runs scripts/lab as a user does. */
export function lab(...args: readonly string[]): LabRun {
  const child = spawn(LAB, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'lost')),
  );
  const printed = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (output.includes(text)) resolve();
      };
      child.stdout.on('data', look);
      void ended.then((code) => reject(new Error(`ended with ${code} before '${text}':\n${output}`)));
      look();
    });
  return { child, ended, printed, output: () => output };
}

function entries(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    });
}

/** All remains of a lab on this machine: namespaces, pins, sockets, files, processes. */
export function traces(): string[] {
  const nodes = ['xtr2', 'xtr4', 'xtr6', 'msmr'];
  const namespaces = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).split('\n');
  return [
    ...namespaces.filter((name) => name.startsWith('xtrd-lab-')),
    ...entries('/sys/fs/bpf/xtrd').filter((name) => nodes.includes(name)),
    ...entries('/run/xtrd').filter((name) => nodes.some((node) => name.startsWith(`${node}.`))),
    ...entries('/run').filter((name) => name.startsWith('xtrd-lab')),
    ...commandLines().filter((line) => line.includes('xtrd-lab')),
  ];
}
