// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:os';
import { endProcesses } from './leftovers.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Somebody pressed Ctrl-C, closed the terminal, or asked the run to end. */
export class Interrupted extends Error {
  readonly exitCode: number;

  constructor(name: (typeof SIGNALS)[number]) {
    super(`ended by ${name}`);
    this.exitCode = 128 + constants.signals[name];
  }
}

/**
 * Aborted by the first of these signals, which also ends the processes of the run: stages that wait for them fail and
 * remove their namespaces and mounts. A second signal changes nothing. After SIGKILL the next run removes them.
 */
export function onInterruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of SIGNALS)
    process.on(name, () => {
      if (controller.signal.aborted) return;
      controller.abort(new Interrupted(name));
      console.error(`${name}: taking everything down`);
      void endProcesses();
    });
  return controller.signal;
}
