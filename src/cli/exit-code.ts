// SPDX-License-Identifier: Apache-2.0

/** Documented in docs/xtrctl.md and in `xtrctl --help`. */
export const EXIT = {
  ok: 0,
  /** The agent refused, or found no such entry. */
  refused: 1,
  usage: 2,
  unreachable: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with a line on stderr. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
