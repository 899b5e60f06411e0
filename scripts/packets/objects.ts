// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '#scripts/kit/repository.js';

const SOURCES = join(REPOSITORY, 'bpf/bench');
const OBJECTS = join(REPOSITORY, 'build/bpf/bench');
const COMPILERS = ['clang', 'clang-19', 'clang-18', 'clang-17', 'clang-16', 'clang-15', 'clang-14'];
const MACHINES: Readonly<Record<string, string>> = { arm64: 'aarch64', x64: 'x86_64' };

function compiler(): string {
  const candidates = process.env['CLANG'] === undefined ? COMPILERS : [process.env['CLANG']];
  for (const name of candidates) {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' });
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`none of ${candidates.join(', ')} is installed`);
}

/** Such as 'Debian clang version 14.0.6'. */
export function compilerVersion(): string {
  const text = execFileSync(compiler(), ['--version'], { encoding: 'utf8' });
  return text.split('\n', 1)[0] ?? '';
}

/** Modification time of the newest C file of the data path and of the benchmark. */
function newestSource_ms(): number {
  const files = readdirSync(join(REPOSITORY, 'bpf'), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => /\.[ch]$/.test(file)).map((file) => join(REPOSITORY, 'bpf', file));
  return Math.max(...sources.map((file) => statSync(file).mtimeMs));
}

/** Compiles the programs of bpf/bench whose sources are newer than they are. */
export function buildObjects(): void {
  mkdirSync(OBJECTS, { recursive: true });
  const newest = newestSource_ms();
  for (const file of readdirSync(SOURCES).filter((name) => name.endsWith('.bpf.c'))) {
    const object = join(OBJECTS, file.replace(/\.c$/, '.o'));
    if (existsSync(object) && statSync(object).mtimeMs > newest) continue;
    const include = `/usr/include/${MACHINES[process.arch] ?? process.arch}-linux-gnu`;
    const flags = ['-O2', '-g', '-Wall', '-Werror', '-target', 'bpf', '-mcpu=v3', `-I${include}`];
    const paths = [`-I${join(REPOSITORY, 'bpf')}`, '-c', join(SOURCES, file), '-o', `${object}.new`];
    execFileSync(compiler(), [...flags, ...paths], { stdio: ['ignore', 'ignore', 'inherit'] });
    renameSync(`${object}.new`, object);
  }
}

/** Of a program in bpf/bench, by its name without ending. */
export function objectPath(name: string): string {
  return join(OBJECTS, `${name}.bpf.o`);
}
