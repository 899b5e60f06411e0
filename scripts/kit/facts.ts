// SPDX-License-Identifier: Apache-2.0
// What a run judged, as `--json` writes it.

export interface Fact {
  readonly fact: string;
  readonly ok: boolean;
  /** What was measured, for people. */
  readonly measured: string;
}

export interface Act {
  readonly act: string;
  readonly facts: Fact[];
}

export interface Judged {
  readonly ok: boolean;
  readonly acts: readonly Act[];
}
