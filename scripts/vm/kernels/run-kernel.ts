// SPDX-License-Identifier: Apache-2.0
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, freemem } from 'node:os';
import { REPOSITORY } from '#scripts/kit/repository.js';
import type { Judged } from '#scripts/kit/facts.js';
import { withTimeout } from '#scripts/kit/wait.js';
import { type Base, keepLogs, type Say, withMachines } from '#scripts/vm/boot.js';
import type { Accelerator } from '#scripts/vm/machine/accelerator.js';
import { nodeCommand } from '#scripts/vm/machine/accelerator.js';
import type { Guest } from '#scripts/vm/machine/guest.js';
import { consoleLog, type MachineOptions } from '#scripts/vm/machine/qemu.js';
import type { Probe } from './probe.js';
import { type SuiteName, testFiles } from './suites.js';
import { readTap, type TestCounts } from './tap.js';

/** The story alone is up to twenty Node processes, and what tests write is in memory. */
const MEMORY_MiB = 2560;
/**
 * Emulated, several make nothing faster than several machines do. And qemu before 8.1 now and then runs what a processor
 * had translated while another one was writing it: kernels patch themselves whenever an XDP program comes or goes, and
 * Linux 6.18 ran into its own breakpoint ("Oops: int3").
 */
const CPUS: Readonly<Record<Accelerator, number>> = { kvm: 2, tcg: 1 };
const PROBE_TIMEOUT_ms = 600_000;
/**
 * Where instructions are emulated and other work runs too; a suite that hangs must not hang the rest. Kept on this side,
 * as a guest that hangs answers nothing.
 */
const SUITE_TIMEOUT_ms = 3_600_000;
const FACTS = '/tmp/facts.json';

type Environment = Readonly<Record<string, string>>;

export interface SuiteResult extends TestCounts {
  readonly suite: SuiteName;
  readonly duration_s: number;
}

export interface KernelResult {
  readonly version: string;
  readonly release: string;
  readonly accelerator: Accelerator;
  /** Time from the start of the emulator to the first answer of the guest. */
  readonly boot_s: number;
  readonly probe: Probe;
  /** None where the product does not run. */
  readonly suites: readonly SuiteResult[];
}

export interface RunOptions {
  readonly suites: readonly SuiteName[];
  readonly hostile: boolean;
  /** Some of the tests, as scripts/test does; the documents stay as they are. */
  readonly quick: boolean;
  readonly say: Say;
  /** What the tests print. */
  readonly print: (text: string) => void;
}

/** How many machines this one can run side by side. */
export function machinesAtOnce(accelerator: Accelerator): number {
  const byProcessors = availableParallelism() / CPUS[accelerator];
  const byMemory = freemem() / (MEMORY_MiB * 1_048_576);
  return Math.max(1, Math.floor(Math.min(byProcessors, byMemory)));
}

/** One kernel in a machine of its own. @throws Error if it does not boot or answer */
export async function runKernel(version: string, base: Base, options: RunOptions): Promise<KernelResult> {
  const { release } = base.kernel;
  options.say(`Linux ${release}, ${base.accelerator === 'kvm' ? 'KVM' : 'emulated (TCG)'}`);
  const started = Date.now();
  const optionsIn = (directory: string) => ({
    ...base,
    name: `kernel-${version}`,
    cpus: CPUS[base.accelerator],
    memory_MiB: MEMORY_MiB,
    directory,
    nics: [{ mac: '02:78:74:72:00:01', to: { stream: `${directory}/nobody.cable`, listens: true } } as const],
  });
  return withMachines(
    `kernel-${version}`,
    (directory) => [optionsIn(directory)],
    async ([booted]) => {
      if (booted === undefined) throw new Error('no machine');
      const [{ options: machine }, guest] = booted;
      const boot_s = seconds(started);
      const probe = await probeGuest(guest, base.accelerator);
      const suites: SuiteResult[] = [];
      if (!('refused' in probe.veth))
        for (const suite of options.suites)
          suites.push(await runSuite(guest, suite, base.accelerator, options, machine.directory));
      await checkConsole(machine, suites);
      return { version, release, accelerator: base.accelerator, boot_s, probe, suites };
    },
  );
}

/** Keeps the logs if a test failed. @throws Error if the machine had too little memory: that says nothing of the kernel */
async function checkConsole(machine: MachineOptions, suites: readonly SuiteResult[]): Promise<void> {
  const [killed] = /^.*Out of memory: Killed.*$/m.exec(await readFile(consoleLog(machine), 'utf8')) ?? [];
  if (killed !== undefined) throw new Error(`${machine.memory_MiB} MiB are too little: ${killed.trim()}`);
  if (suites.some(({ failed }) => failed.length > 0)) await keepLogs(machine.directory, machine.name);
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 1000);
}

function script(accelerator: Accelerator, module: string): string[] {
  return [...nodeCommand(accelerator), `${REPOSITORY}build/scripts/${module}`];
}

async function probeGuest(guest: Guest, accelerator: Accelerator): Promise<Probe> {
  const command = script(accelerator, 'vm/kernels/probe.js');
  return JSON.parse(await guest.must(command, { timeout_ms: PROBE_TIMEOUT_ms })) as Probe;
}

/** What the suite has printed lies beside the logs of the machine. @throws NotSeen if it takes too long */
async function runSuite(
  guest: Guest,
  suite: SuiteName,
  accelerator: Accelerator,
  options: RunOptions,
  logDirectory: string,
): Promise<SuiteResult> {
  options.say(`suite ${suite}`);
  const started = Date.now();
  let output = '';
  const print = (text: string): void => {
    output += text;
    options.print(text);
  };
  const counts =
    suite === 'story'
      ? playStory(guest, accelerator, print)
      : runTests(guest, await testFiles(suite, options), accelerator, print);
  try {
    const done = await withTimeout(counts, SUITE_TIMEOUT_ms, `the suite ${suite}`);
    return { suite, ...done, duration_s: seconds(started) };
  } finally {
    await writeFile(`${logDirectory}/${suite}.output`, output);
  }
}

/** Runs in the repository; returns standard output. */
async function follow(
  guest: Guest,
  command: readonly string[],
  environment: Environment,
  print: (text: string) => void,
): Promise<{ readonly code: number; readonly stdout: string }> {
  let stdout = '';
  const process = guest.spawn(['sh', '-c', 'cd "$0" && exec "$@"', REPOSITORY, ...command], {
    environment,
    onOutput: (stream, data) => {
      if (stream === 'stdout') stdout += data.toString('utf8');
      print(data.toString('utf8'));
    },
  });
  return { code: await process.exited, stdout };
}

/** Processes that tests start have the same options as ava, by the environment. */
export async function runTests(
  guest: Guest,
  files: readonly string[],
  accelerator: Accelerator,
  print: (text: string) => void,
): Promise<TestCounts> {
  const environment: Environment = accelerator === 'tcg' ? { NODE_OPTIONS: '--jitless' } : {};
  const ava = [process.execPath, 'node_modules/.bin/ava', '--tap', '--serial', '--timeout', '20m'];
  const command = [...ava, '--concurrency', String(CPUS[accelerator]), ...files];
  const { code, stdout } = await follow(guest, command, environment, print);
  const counts = readTap(stdout);
  if (code === 0 || counts.failed.length > 0) return counts;
  return { ...counts, failed: [`the test runner ended with code ${code}`] };
}

/** The facts that the story judges are its tests. */
async function playStory(
  guest: Guest,
  accelerator: Accelerator,
  print: (text: string) => void,
): Promise<TestCounts> {
  const environment: Environment = accelerator === 'tcg' ? { XTRD_LAB_SLOW: '1' } : {};
  const command = [...script(accelerator, 'story/main.js'), '--json', FACTS];
  const { code } = await follow(guest, command, environment, print);
  const { stdout } = await guest.run(['cat', FACTS], { timeout_ms: PROBE_TIMEOUT_ms });
  if (stdout === '') return { passed: 0, failed: [`the lab ended with code ${code}`], skipped: [] };
  const facts = (JSON.parse(stdout) as Judged).acts.flatMap((act) => act.facts);
  const wrong = facts.filter(({ ok }) => !ok).map(({ fact, measured }) => `${fact}: ${measured}`);
  // It may fail after its last fact, as in taking the lab down.
  const failed = code === 0 || wrong.length > 0 ? wrong : [`the lab ended with code ${code}`];
  return { passed: facts.length - wrong.length, failed, skipped: [] };
}
