// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, release, totalmem } from 'node:os';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { compilerVersion } from '#scripts/packets/objects.js';
import type { Machine } from './report.js';

const VULNERABILITIES = '/sys/devices/system/cpu/vulnerabilities';
const CACHES = '/sys/devices/system/cpu/cpu0/cache';
const JIT = '/proc/sys/net/core/bpf_jit_enable';

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined; // not every kernel has all of them
  }
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

function cacheText(name: string): string[] {
  const [level, type, size] = ['level', 'type', 'size'].map((what) => read(`${CACHES}/${name}/${what}`));
  if (level === undefined || size === undefined) return [];
  return [`L${level}${type === 'Instruction' ? 'i' : type === 'Data' ? 'd' : ''} ${size}`];
}

function mitigations(): Record<string, string> {
  const entries = list(VULNERABILITIES).map(
    (name) => [name, read(`${VULNERABILITIES}/${name}`) ?? ''] as const,
  );
  return Object.fromEntries(entries.filter(([, what]) => what !== 'Not affected'));
}

export function describeMachine(): Machine {
  return {
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: availableParallelism(),
    caches: list(CACHES)
      .filter((name) => name.startsWith('index'))
      .flatMap(cacheText),
    memory_bytes: totalmem(),
    hypervisor: /^flags\b.*\bhypervisor\b/m.test(read('/proc/cpuinfo') ?? ''),
    ...{ kernel: release(), architecture: arch() },
    mitigations: mitigations(),
    interfaces: 'veth pairs between network namespaces, native XDP',
    jit: { 0: 'off', 1: 'on', 2: 'on, with traces' }[read(JIT) ?? ''] ?? 'unknown',
    node: `Node ${process.version}`,
    clang: compilerVersion(),
  };
}

/** Commit of the product; 'unknown' outside a repository. */
export function revision(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      ...{ cwd: REPOSITORY, encoding: 'utf8' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
