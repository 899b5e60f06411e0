// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawn, type SpawnOptions } from 'node:child_process';
import { constants } from 'node:os';

export interface CommandResult {
  /** 128 + n after signal n. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As a shell reports it. */
export function exitStatus(code: number | null, signal: NodeJS.Signals | null): number {
  return signal === null ? (code ?? 1) : 128 + constants.signals[signal];
}

export interface ShellOptions {
  readonly input?: string;
  /** SIGKILL after this time. */
  readonly timeout_ms?: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Runs a program to its end. A program that does not exist gives code 127. */
export async function capture(
  command: readonly string[],
  { input = '', timeout_ms = 60_000, env = process.env, cwd = process.cwd() }: ShellOptions = {},
): Promise<CommandResult> {
  const [program = '', ...args] = command;
  const options: SpawnOptions = { cwd, env, timeout: timeout_ms, killSignal: 'SIGKILL' };
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...options, stdio: 'pipe' });
    const text = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (chunk: string) => (text[stream] += chunk));
    child.on('error', (error) => resolve({ code: 127, ...text, stderr: error.message }));
    child.on('close', (code, signal) => resolve({ code: exitStatus(code, signal), ...text }));
    // A program that does not read its input closes the pipe; its exit code says whether that was right.
    child.stdin.on('error', () => undefined).end(input);
  });
}

/** Like `capture`, for commands that have to work. */
export async function must(command: readonly string[], options?: ShellOptions): Promise<string> {
  const { code, stdout, stderr } = await capture(command, options);
  if (code !== 0) throw new Error(`${command.join(' ')}: exit code ${code}: ${stderr.trim()}`);
  return stdout;
}

/** Like `must`, without a time limit. Blocks this process. */
export function mustSync([program = '', ...args]: readonly string[], input = ''): string {
  return execFileSync(program, args, { encoding: 'utf8', input, stdio: 'pipe' });
}
