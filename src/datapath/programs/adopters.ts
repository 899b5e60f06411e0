// SPDX-License-Identifier: Apache-2.0
import type { MapName } from '#datapath/generated/layout.js';

/** An entry of a map as this version has it, from one of an earlier version; both as the kernel gives and takes them. */
export type EntryAdopter = (
  key: Uint8Array,
  value: Uint8Array,
) => readonly [key: Uint8Array, value: Uint8Array];

/** How state of an earlier version becomes state of this one. */
export interface Adopter {
  /** The state version that it reads. */
  readonly from: number;
  /**
   * For each map whose entries are not the same in both versions; such a map is copied while the programs of the earlier
   * version still run, and is to be one that only the agent writes. All other maps are kept as they are: both programs
   * share them, so that counters go on. A map that the earlier version does not have begins empty.
   */
  readonly entries: Readonly<Partial<Record<MapName, EntryAdopter>>>;
}

/**
 * One for each earlier state version that agents may have left. Promises begin with the first release, whose version is
 * 1: there is none yet.
 */
export const ADOPTERS: readonly Adopter[] = [];
