// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { REPOSITORY } from '../../story/repository.js';
import { formatTable } from '../../story/table.js';
import { prepareKernel } from '../boot.js';
import { LAB_KERNEL } from '../kernel/matrix.js';
import { type Pair, withPair } from '../pair/pair.js';
import { type CourseName, type Measured, measureCourse, prepareCourses, underlayRoutes } from './courses.js';
import type { Workload } from './workload.js';

const USAGE = await readFile(`${REPOSITORY}scripts/vm/pktgen/usage.txt`, 'utf8');

class UsageError extends Error {}

const started_s = Number(process.env['XTRD_STARTED'] ?? Date.now() / 1000);
function say(text: string): void {
  console.log(`${String(Math.floor(Date.now() / 1000 - started_s)).padStart(4)} s  ${text}`);
}

function positive(name: string, text: string, highest: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > highest)
    throw new UsageError(`--${name} is a whole number from 1 to ${highest}, not '${text}'`);
  return value;
}

function readWorkload(args: readonly string[]): { readonly workload: Workload; readonly kernel: string } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      size: { type: 'string', default: '60' },
      flows: { type: 'string', default: '64' },
      eids: { type: 'string', default: '1' },
      rate: { type: 'string' },
      threads: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '10' },
      ipv6: { type: 'boolean', default: false },
      kernel: { type: 'string', default: LAB_KERNEL },
    },
  });
  const workload = {
    size_bytes: positive('size', values.size, 1_400),
    flows: positive('flows', values.flows, 50_000),
    eids: positive('eids', values.eids, 30_000),
    rate_pps: values.rate === undefined ? undefined : positive('rate', values.rate, 10_000_000),
    threads: positive('threads', values.threads, 2),
    duration_s: positive('seconds', values.seconds, 600),
    ipVersion: values.ipv6 ? (6 as const) : (4 as const),
  };
  return { workload, kernel: values.kernel };
}

/**
 * Kernel forwarding first; then LISP, on the same machines. Not in generic mode: pktgen keeps a reference to its packets,
 * and generic XDP panics on such (pskb_expand_head; seen on Linux 6.12).
 */
async function measureAll(
  pair: Pair,
  measure: (course: CourseName) => Promise<Measured>,
): Promise<readonly Measured[]> {
  await prepareCourses(pair);
  await underlayRoutes(pair, 'add');
  const results = [await measure('kernel forwarding')];
  await underlayRoutes(pair, 'delete');
  const routers = await Promise.all([pair.west.startRouter('native'), pair.east.startRouter('native')]);
  results.push(await measure('LISP, native XDP'));
  for (const { process: router } of routers) router.signal('SIGTERM');
  await Promise.all(routers.map(({ process: router }) => router.exited));
  return results;
}

function format(results: readonly Measured[]): string {
  return formatTable(
    [
      'course',
      'offered',
      'received',
      'lost',
      'offered pps',
      'received pps',
      'ns/packet west',
      'ns/packet east',
    ],
    results.map((each) => [
      each.course,
      each.offered,
      each.received,
      each.lost,
      each.offered_pps,
      each.received_pps,
      each.westCost_ns,
      each.eastCost_ns,
    ]),
  );
}

async function main(args: readonly string[]): Promise<void> {
  const { workload, kernel } = readWorkload(args);
  const base = await prepareKernel(kernel, say);
  say(`two machines: Linux ${base.kernel.release}, ${base.accelerator === 'kvm' ? 'KVM' : 'emulated (TCG)'}`);
  const results = await withPair(base, { what: 'pktgen', cpus: 2 }, (pair) =>
    measureAll(pair, async (course) => {
      say(course);
      return measureCourse(pair, course, workload, base.accelerator);
    }),
  );
  console.log(`\n${format(results)}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const wrongUse =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  console.error(wrongUse ? `pktgen: ${(error as Error).message}\n\n${USAGE}` : error);
  process.exitCode = wrongUse ? 2 : 1;
}
