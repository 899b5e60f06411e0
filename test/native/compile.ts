// SPDX-License-Identifier: Apache-2.0
// BPF objects of the tests, compiled on first use.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const COMPILERS = ['clang', 'clang-19', 'clang-18', 'clang-17', 'clang-16', 'clang-15', 'clang-14'];

let directory: string | undefined;

function outputDirectory(): string {
  if (directory !== undefined) return directory;
  const made = mkdtempSync(join(tmpdir(), 'xtrt-bpf-'));
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  return (directory = made);
}

function clang(args: readonly string[]): void {
  const candidates = process.env['CLANG'] === undefined ? COMPILERS : [process.env['CLANG']];
  for (const compiler of candidates) {
    try {
      execFileSync(compiler, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`none of ${candidates.join(', ')} is installed`);
}

/** Compiles a BPF source, named relative to the repository, and returns the path of the object. */
export function compileBpf(source: string): string {
  const output = join(outputDirectory(), source.replaceAll('/', '-').replace(/\.c$/, '.o'));
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  clang([
    ...['-O2', '-g', '-target', 'bpf', '-Wall', '-Werror', `-I/usr/include/${machine}-linux-gnu`],
    ...[`-I${join(ROOT, 'bpf')}`, '-c', join(ROOT, source), '-o', output],
  ]);
  return output;
}

/** Pin paths for the maps of probe.bpf.c. */
export function probePins(directory: string): Record<string, string> {
  const names = ['probe_hash', 'probe_lpm', 'probe_per_cpu_counters', 'probe_ports', 'probe_ring'];
  return Object.fromEntries(names.map((name) => [name, join(directory, name)]));
}
