// SPDX-License-Identifier: Apache-2.0
// The only module that imports the addon.
import { createRequire } from 'node:module';
import type * as Addon from '#native';
import type { MapName } from './generated/layout.js';

export type { BpfLink, BpfMap, BpfObject, BpfProgram, RawSocket, RingBuffer } from '#native';
export type Native = typeof Addon;

/** Finds a map of the loaded programs. */
export type MapByName = (name: MapName) => Addon.BpfMap;

const ADDON = '../../../native/build/Release/xtrd_native.node';

/** Loads the addon once. @throws Error that says what to do if the addon is not built */
export function loadNative(): Native {
  try {
    return createRequire(import.meta.url)(ADDON) as Native;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error('the addon native/build/Release/xtrd_native.node is not built: run scripts/build', {
      cause: error,
    });
  }
}

export function isBpfError(error: unknown): error is Addon.BpfError {
  return error instanceof Error && error.name === 'BpfError';
}
