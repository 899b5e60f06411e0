// SPDX-License-Identifier: Apache-2.0
// The benchmark as a process: errors, and clean-up after an interruption.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const MAIN = fileURLToPath(new URL('../../scripts/benchmark/main.js', import.meta.url));

interface Ended {
  readonly pid: number;
  readonly code: number | null;
  readonly output: string;
}

/** Runs it to its end; `heard` is called with all output so far. */
async function bench(
  args: readonly string[],
  heard: (output: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      heard(output, (signal) => child.kill(signal));
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { pid: child.pid ?? 0, code, output };
}

function leftBehind(pid: number): string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const entries = [...readdirSync('/run/netns'), ...readdirSync('/run'), ...mounts];
  return entries.filter((entry) => entry.includes(`xtrt-bench-${pid}-`));
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  test.serial(`${signal} removes everything, and reports it`, async (t) => {
    let sent = false;
    const ended = await bench(['--quick', '--only', 'pps-bare'], (output, kill) => {
      if (!output.includes('throughput: ') || sent) return;
      sent = true;
      kill(signal);
    });
    t.is(ended.code, code);
    t.regex(ended.output, /interrupted after \d+ s; nothing is left behind/);
    t.deepEqual(leftBehind(ended.pid), []);
  });

test.serial('a directory that cannot be written is refused before anything runs', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'xtrd-bench-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'file');
  writeFileSync(file, '');
  const { code, output } = await bench(['--out', join(file, 'report')]);
  t.is(code, 1);
  t.is(
    output,
    `--out ${join(file, 'report')}: cannot write there (ENOTDIR); name a directory that can be written\n`,
  );
});

test.serial('below /proc too', async (t) => {
  const { code, output } = await bench(['--out', '/proc/nothing/report']);
  t.is(code, 1);
  t.regex(output, /cannot write there \(ENOENT\)/);
});

test.serial('wrong use and failures have different exit codes', async (t) => {
  const { code, output } = await bench(['--generator', 'hose']);
  t.is(code, 2);
  t.regex(output, /--generator hose: it is one of live-frame, pktgen, auto/);
});
