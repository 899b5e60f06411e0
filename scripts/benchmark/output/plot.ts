// SPDX-License-Identifier: Apache-2.0

export interface Plot {
  /** Without ending. */
  readonly file: string;
  /** The group of figures in the report that it illustrates. */
  readonly group: string;
  readonly title: string;
  readonly svg: string;
}
