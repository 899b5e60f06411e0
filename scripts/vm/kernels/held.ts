// SPDX-License-Identifier: Apache-2.0
// Whether a kernel passed. Pure.
import { missingFeatures } from '#datapath/programs/kernel-features.js';
import type { XdpResult } from './probe.js';
import type { KernelResult } from './run-kernel.js';

/** The first line of why the agent did not start on an interface: on veth, else on virtio-net. */
export function refusalOf({ probe }: Pick<KernelResult, 'probe'>): string | undefined {
  const refusal = (result: XdpResult): string | undefined =>
    'refused' in result ? result.refused.split('\n')[0] : undefined;
  return refusal(probe.veth) ?? refusal(probe.virtioNet);
}

/** Only a kernel that is too old may refuse; on any other that is a failure, though no test has run. */
export function held(result: KernelResult): boolean {
  if (refusalOf(result) !== undefined && missingFeatures(result.release).length === 0) return false;
  // A suite that says nothing at all has not held either.
  return result.suites.every(({ passed, failed }) => passed > 0 && failed.length === 0);
}
