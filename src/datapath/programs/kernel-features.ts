// SPDX-License-Identifier: Apache-2.0
import { release } from 'node:os';
import { DataPathError } from '#datapath/data-path-error.js';
import { type BpfProgram, isBpfError, type Native } from '#datapath/native.js';

/** What the data path cannot do without, and the Linux that brought it. */
const CONTEXT = {
  what: 'test runs of XDP programs with a context, by which held packets are sent on',
  since: [5, 15],
} as const;
const FEATURES = [{ what: 'atomic operations in BPF programs', since: [5, 12] }, CONTEXT] as const;

/** BPF_F_XDP_HAS_FRAGS: the program takes frames of several buffers. */
const XDP_HAS_FRAGS = 1 << 5;

interface MultiBufferOptions {
  readonly programFlags: number;
  readonly constants: Readonly<Record<string, number>>;
}

/**
 * How to load the programs so that they take frames of several buffers, where the kernel has these (Linux 5.18). An
 * interface then may have an MTU of more than a page.
 */
export function multiBufferOptions(native: Native): MultiBufferOptions {
  const takes = native.acceptsProgramFlags(XDP_HAS_FRAGS);
  return { programFlags: takes ? XDP_HAS_FRAGS : 0, constants: { xtr_multi_buffer: takes ? 1 : 0 } };
}

/** No interface has it, so the kernel refuses the run before the program sees the frame. */
const NO_IFINDEX = 0x7fff_ffff;
const FRAME_BYTES = 64;

/** What a kernel lacks, by its release: 5.10.0-32-amd64. Empty on one that is new enough. */
export function missingFeatures(text: string): string[] {
  const [major = 0, minor = 0] = text.split(/[.-]/).map(Number);
  return FEATURES.filter(({ since }) => major < since[0] || (major === since[0] && minor < since[1])).map(
    ({ what, since }) => `${what} (Linux ${since.join('.')})`,
  );
}

/** To go with an error that an old kernel explains; empty on one that is new enough. */
export function ageNote(text = release()): string {
  const missing = missingFeatures(text);
  return missing.length === 0 ? '' : ` (Linux ${text} is too old: it lacks ${missing.join(' and ')})`;
}

/**
 * Held packets are sent on by test runs that say which interface a frame came from. The kernel itself is asked, as
 * distributions take features into older ones.
 * @throws DataPathError
 */
export function checkTestRuns(program: BpfProgram): void {
  try {
    program.testRun(new Uint8Array(FRAME_BYTES), { ingressIfindex: NO_IFINDEX });
  } catch (error) {
    if (!isBpfError(error) || error.code !== 'EINVAL') return; // ENODEV, as it should be
    throw new DataPathError(`Linux ${release()} is too old: it lacks ${CONTEXT.what} (Linux 5.15)`, {
      cause: error,
    });
  }
}
