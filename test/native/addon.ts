// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Addon from '#native';

/** The addon itself, without src/datapath/native.ts. */
export const addon = createRequire(import.meta.url)(
  '../../../native/build/Release/xtrd_native.node',
) as typeof Addon;

/** The BpfError that a call throws. */
export function bpfError(call: () => unknown): Addon.BpfError {
  try {
    call();
  } catch (error) {
    return error as Addon.BpfError;
  }
  throw new Error('nothing was thrown');
}

/** u32 values in host byte order. */
export function u32(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

export function u64(...values: readonly bigint[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(values).buffer);
}

export function asU32(bytes: Uint8Array): number[] {
  return [...new Uint32Array(bytes.slice().buffer)];
}

/** Number of open file descriptors of this process. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
