// SPDX-License-Identifier: Apache-2.0
import { release } from 'node:os';
import { DataPathError } from '#datapath/data-path-error.js';
import { type BpfProgram, isBpfError, type Native } from '#datapath/native.js';

/** Kernel features that the data path needs, and the first Linux version with each. */
const CONTEXT = {
  what: 'test runs of XDP programs with a context, by which held packets are sent on',
  since: [5, 15],
} as const;
const FEATURES = [{ what: 'atomic operations in BPF programs', since: [5, 12] }, CONTEXT] as const;

/** BPF_F_XDP_HAS_FRAGS: the program accepts frames of several buffers. */
const XDP_HAS_FRAGS = 1 << 5;

interface MultiBufferOptions {
  readonly programFlags: number;
  readonly constants: Readonly<Record<string, number>>;
}

/**
 * Load options that make the programs accept frames of several buffers, if the kernel supports them (Linux 5.18). Then
 * interfaces may have an MTU larger than a page.
 */
export function multiBufferOptions(native: Native): MultiBufferOptions {
  const takes = native.acceptsProgramFlags(XDP_HAS_FRAGS);
  return { programFlags: takes ? XDP_HAS_FRAGS : 0, constants: { xtr_multi_buffer: takes ? 1 : 0 } };
}

/** No interface has this index, so the kernel refuses the run before the program sees the frame. */
const NO_IFINDEX = 0x7fff_ffff;
const FRAME_BYTES = 64;

/** Features that a kernel lacks. Empty if it is new enough. @param text its release, such as 5.10.0-32-amd64 */
export function missingFeatures(text: string): string[] {
  const [major = 0, minor = 0] = text.split(/[.-]/).map(Number);
  return FEATURES.filter(({ since }) => major < since[0] || (major === since[0] && minor < since[1])).map(
    ({ what, since }) => `${what} (Linux ${since.join('.')})`,
  );
}

/** Note for errors that an old kernel may explain. Empty if the kernel is new enough. */
export function ageNote(text = release()): string {
  const missing = missingFeatures(text);
  return missing.length === 0 ? '' : ` (Linux ${text} is too old: it lacks ${missing.join(' and ')})`;
}

/**
 * Checks that test runs accept the ingress interface: held packets are injected by such runs. Tries it instead of
 * comparing versions, as distributions backport features.
 * @throws DataPathError
 */
export function checkTestRuns(program: BpfProgram): void {
  try {
    program.testRun(new Uint8Array(FRAME_BYTES), { ingressIfindex: NO_IFINDEX });
  } catch (error) {
    if (!isBpfError(error) || error.code !== 'EINVAL') return; // ENODEV: the kernel has looked up the interface
    throw new DataPathError(`Linux ${release()} is too old: it lacks ${CONTEXT.what} (Linux 5.15)`, {
      cause: error,
    });
  }
}
