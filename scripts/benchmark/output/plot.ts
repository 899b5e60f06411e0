// SPDX-License-Identifier: Apache-2.0

export interface Plot {
  /** Without ending. */
  readonly file: string;
  /** Of the figures that it stands beside. */
  readonly group: string;
  readonly title: string;
  readonly svg: string;
}
