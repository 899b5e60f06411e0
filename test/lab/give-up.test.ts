// SPDX-License-Identifier: Apache-2.0
// A story that fails before its end, on a back end that builds nothing.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { Backend } from '#scripts/testbed/backend.js';
import { run } from '#scripts/story/run.js';

const DIED = 'xtr4 has died';

/** A back end whose machines fail when they are created. It records its calls. */
class DyingBackend implements Partial<Backend> {
  readonly command = 'scripts/dying';
  readonly asked: string[] = [];
  /** A call that fails, too. */
  readonly #failing: string | undefined;

  constructor(failing?: 'keepEvidence' | 'down') {
    this.#failing = failing;
  }

  refuseForeign(): void {
    // No other clone has a lab.
  }

  isUp(): boolean {
    return this.asked.includes('up');
  }

  up(): Promise<void> {
    this.asked.push('up');
    return Promise.reject(new Error(DIED));
  }

  keepEvidence(): Promise<void> {
    return this.#ask('keepEvidence');
  }

  down(): Promise<void> {
    return this.#ask('down');
  }

  #ask(what: string): Promise<void> {
    this.asked.push(what);
    const fails = what === this.#failing && this.isUp();
    return fails ? Promise.reject(new Error(`${what} has failed, too`)) : Promise.resolve();
  }
}

/** Plays the story. Configurations are not read before the machines exist. */
function play(backend: DyingBackend, options: { keep?: boolean; json?: string } = {}): Promise<number> {
  return run(backend as Partial<Backend> as Backend, '/nowhere', { keep: false, ...options });
}

function temporary(teardown: (fn: () => void) => void): string {
  const directory = mkdtempSync(join(tmpdir(), 'xtrt-story-'));
  teardown(() => rmSync(directory, { recursive: true }));
  return directory;
}

test.serial('a failed lab is taken down after its logs were kept', async (t) => {
  const backend = new DyingBackend();
  await t.throwsAsync(play(backend), { message: DIED });
  t.deepEqual(backend.asked, ['down', 'up', 'keepEvidence', 'down']);
});

test.serial('a failed lab stays up with --keep', async (t) => {
  const backend = new DyingBackend();
  await t.throwsAsync(play(backend, { keep: true }), { message: DIED });
  t.deepEqual(backend.asked, ['down', 'up', 'keepEvidence']);
});

for (const failing of ['keepEvidence', 'down'] as const)
  test.serial(`why the lab died is told although ${failing} fails then, too`, async (t) => {
    const backend = new DyingBackend(failing);
    await t.throwsAsync(play(backend), { message: DIED });
    t.deepEqual(backend.asked, ['down', 'up', 'keepEvidence', 'down']);
  });

test.serial('a lab that another clone has brought up meanwhile is not touched', async (t) => {
  const backend = new DyingBackend();
  backend.refuseForeign = () => {
    if (backend.isUp()) throw new Error('the lab of another clone');
  };
  await t.throwsAsync(play(backend), { message: DIED });
  t.deepEqual(backend.asked, ['down', 'up']);
});

test.serial('if the facts cannot be written, nothing is built or taken down', async (t) => {
  const directory = temporary((fn) => t.teardown(fn));
  for (const json of [directory, join(directory, 'nowhere', 'facts.json')]) {
    const backend = new DyingBackend();
    await t.throwsAsync(play(backend, { json }), { message: /^the facts cannot be written: E(ISDIR|NOENT)/ });
    t.deepEqual(backend.asked, []);
  }
});

test.serial('facts of an earlier run stay until there are new ones', async (t) => {
  const json = join(
    temporary((fn) => t.teardown(fn)),
    'facts.json',
  );
  writeFileSync(json, '{"ok": true}\n');
  await t.throwsAsync(play(new DyingBackend(), { json }), { message: DIED });
  t.is(readFileSync(json, 'utf8'), '{"ok": true}\n');
});
