// SPDX-License-Identifier: Apache-2.0
import type { MapName } from '#datapath/generated/layout.js';

/** Converts a map entry of an earlier version to this version. Both are raw bytes as in the kernel. */
export type EntryAdopter = (
  key: Uint8Array,
  value: Uint8Array,
) => readonly [key: Uint8Array, value: Uint8Array];

/** Converts the state of an earlier version to this version. */
export interface Adopter {
  /** The state version that it reads. */
  readonly from: number;
  /**
   * One converter for each map whose entries differ between the versions. Such a map is copied while the programs of
   * the earlier version still run, so only the agent may write to it. All other maps are kept: the old and the new
   * programs share them, and counters continue. A map that the earlier version does not have starts empty.
   */
  readonly entries: Readonly<Partial<Record<MapName, EntryAdopter>>>;
}

/**
 * One adopter for each released state version before this one. There is none yet: the first release will have version
 * 1.
 */
export const ADOPTERS: readonly Adopter[] = [];
