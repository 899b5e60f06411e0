// SPDX-License-Identifier: Apache-2.0

/** The lab that is on this machine belongs to another clone of the repository. */
export class ForeignLabError extends Error {
  override readonly name = 'ForeignLabError';
}
