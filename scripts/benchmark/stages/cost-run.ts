// SPDX-License-Identifier: Apache-2.0
import type { CostSpec } from '#scripts/benchmark/inside/router.js';
import type { Measure } from '#scripts/benchmark/interleave.js';
import type { Router } from '#scripts/benchmark/site/router.js';

/** XDP actions of the kernel. */
export const VERDICTS = { drop: 1, redirect: 4 } as const;
const TRIAL_REPEATS = 20_000;
const LEAST_REPEATS = 100;

/** Nanoseconds of one run, restoring the packet included. A value takes about `burst_ms`. */
export async function cost(
  router: Router,
  name: string,
  spec: CostSpec,
  verdict: keyof typeof VERDICTS,
  burst_ms: number,
): Promise<Measure> {
  const { process } = router;
  await process.call('cost', name, spec, router.nextHop);
  const trial = await process.call('run', name, TRIAL_REPEATS);
  if (trial.verdict !== VERDICTS[verdict])
    throw new Error(`${name}: the program said ${trial.verdict}, not ${verdict}`);
  const repeat = Math.max(LEAST_REPEATS, Math.ceil((burst_ms * 1e6) / Math.max(1, trial.each_ns)));
  return async () => (await process.call('run', name, repeat)).each_ns;
}
