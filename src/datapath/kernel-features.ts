// SPDX-License-Identifier: Apache-2.0
import { release } from 'node:os';
import { DataPathError } from './data-path-error.js';
import { type BpfProgram, isBpfError } from './native.js';

/** The oldest kernel that has all that the data path cannot do without. */
const OLDEST = [5, 15] as const;

/** No interface has it, so the kernel refuses the run before the program sees the frame. */
const NO_IFINDEX = 0x7fff_ffff;
const FRAME_BYTES = 64;

/** Whether a release like 6.1.0-50-amd64 comes before the oldest kernel. */
export function isTooOld(text: string): boolean {
  const [major = 0, minor = 0] = text.split(/[.-]/).map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

/** To go with an error that an old kernel explains; empty on one that is new enough. */
export function ageNote(text = release()): string {
  return isTooOld(text)
    ? ` (this is Linux ${text}: the data path needs Linux ${OLDEST.join('.')} or newer)`
    : '';
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
    throw new DataPathError(
      `Linux ${release()} is too old: test runs of XDP programs with a context (xdp_md), by which held packets are sent ` +
        `on, came with Linux ${OLDEST.join('.')}`,
      { cause: error },
    );
  }
}
