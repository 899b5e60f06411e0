// SPDX-License-Identifier: Apache-2.0
import { CommanderError } from 'commander';
import { AgentError, AgentUnreachableError } from '#api/client.js';
import { CommandError, EXIT, type ExitCode } from './exit-code.js';
import { quietWhenReaderLeaves } from './output.js';
import { createProgram } from './program.js';

quietWhenReaderLeaves();
try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
  // commander has already printed its own messages
  if (!(error instanceof CommanderError)) process.stderr.write(`xtrctl: ${messageOf(error)}\n`);
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CommandError) return error.exitCode;
  if (error instanceof AgentUnreachableError) return EXIT.unreachable;
  if (error instanceof AgentError && error.code === 'invalid-params') return EXIT.usage;
  return EXIT.refused;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
