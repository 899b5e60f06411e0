// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { say } from '#scripts/kit/say.js';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { formatTable } from '#scripts/kit/table.js';
import { prepareKernel } from '#scripts/vm/boot.js';
import { buildObjects } from '#scripts/packets/objects.js';
import { SMALLEST_BYTES } from '#scripts/packets/pktgen.js';
import { GENERATOR_CHOICES, type GeneratorChoice, type GeneratorName } from '#scripts/packets/stream.js';
import { LAB_KERNEL } from '#scripts/vm/kernel/matrix.js';
import type { Guest } from '#scripts/vm/machine/guest.js';
import { type Pair, withPair } from '#scripts/vm/pair/pair.js';
import {
  type CourseName,
  mappingsOf,
  type Measured,
  measureCourse,
  prepareCourses,
  underlayRoutes,
} from './courses.js';
import type { Workload } from './workload.js';

/** A configuration names each of them, and has at most a megabyte. */
const MOST_EIDS = 8_192;
/** With the headers of LISP it has to fit into 1,500 bytes. */
const LARGEST_BYTES = 1_400;
const MOST_THREADS = 2;
const MODPROBE_TIMEOUT_ms = 300_000;
const USAGE = await readFile(`${REPOSITORY}scripts/vm/pktgen/usage.txt`, 'utf8');

class UsageError extends Error {}

function number(name: string, text: string, highest: number, lowest = 1): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < lowest || value > highest)
    throw new UsageError(`--${name} is a whole number from ${lowest} to ${highest}, not '${text}'`);
  return value;
}

interface Options {
  readonly workload: Workload;
  readonly generator: GeneratorChoice;
  readonly kernel: string;
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      generator: { type: 'string', default: 'auto' },
      size: { type: 'string' },
      flows: { type: 'string', default: '64' },
      eids: { type: 'string', default: '1' },
      rate: { type: 'string' },
      threads: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '10' },
      ipv6: { type: 'boolean', default: false },
      kernel: { type: 'string', default: LAB_KERNEL },
    },
  });
  const generator = GENERATOR_CHOICES.find((choice) => choice === values.generator);
  if (generator === undefined)
    throw new UsageError(`--generator is one of ${GENERATOR_CHOICES.join(', ')}, not '${values.generator}'`);
  const ipVersion = values.ipv6 ? 6 : 4;
  const smallest = SMALLEST_BYTES[ipVersion];
  const eids = number('eids', values.eids, MOST_EIDS);
  if (ipVersion === 6 && Math.log2(eids) % 1 !== 0)
    throw new UsageError(`--eids with --ipv6 is a power of two, not ${eids}: pktgen draws the last bits`);
  const workload = {
    size_bytes: number('size', values.size ?? String(smallest), LARGEST_BYTES, smallest),
    flows: number('flows', values.flows, 50_000),
    eids,
    rate_pps: values.rate === undefined ? undefined : number('rate', values.rate, 10_000_000),
    threads: number('threads', values.threads, MOST_THREADS),
    duration_s: number('seconds', values.seconds, 600),
    ipVersion,
  } as const;
  return { workload, generator, kernel: values.kernel };
}

/** Asks the kernel of the machine that sends. @throws Error when pktgen was asked for and is not there */
async function chooseGenerator(guest: Guest, choice: GeneratorChoice): Promise<GeneratorName> {
  if (choice === 'live-frame') return choice;
  const { code, stderr } = await guest.run(['modprobe', 'pktgen'], { timeout_ms: MODPROBE_TIMEOUT_ms });
  if (code === 0) return 'pktgen';
  const missing = `this kernel has no pktgen (${stderr.trim()})`;
  if (choice === 'pktgen') throw new Error(`${missing}: use --generator live-frame, or another --kernel`);
  say(`${missing}: live frames instead`);
  return 'live-frame';
}

/**
 * Kernel forwarding first; then LISP, on the same machines. Not in generic mode: pktgen keeps a reference to its packets,
 * and generic XDP panics on such (pskb_expand_head; seen on Linux 6.12).
 */
async function measureAll(
  pair: Pair,
  workload: Workload,
  measure: (course: CourseName) => Promise<Measured>,
): Promise<readonly Measured[]> {
  await prepareCourses(pair);
  await underlayRoutes(pair, 'add');
  const results = [await measure('kernel forwarding')];
  await underlayRoutes(pair, 'delete');
  const routers = await Promise.all([
    pair.west.startRouter('native', mappingsOf(workload)),
    pair.east.startRouter('native'),
  ]);
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
      'refused',
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
      each.refused,
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
  const { workload, generator: choice, kernel } = readOptions(args);
  buildObjects();
  const base = await prepareKernel(kernel, say);
  say(`two machines: Linux ${base.kernel.release}, ${base.accelerator === 'kvm' ? 'KVM' : 'emulated (TCG)'}`);
  // More processors than threads make nothing faster where they are emulated, and qemu before 8.1 is not safe with them.
  const cpus = base.accelerator === 'kvm' ? MOST_THREADS : workload.threads;
  const results = await withPair(base, { what: 'pktgen', cpus }, async (pair) => {
    const generator = await chooseGenerator(pair.west.guest, choice);
    say(`generator: ${generator}`);
    return measureAll(pair, workload, async (course) => {
      say(course);
      return measureCourse(pair, course, { generator, workload }, base.accelerator);
    });
  });
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
