// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import type { Configuration } from '#core/configuration.js';
import { FileError, readBoundedFile } from './bounded-file.js';
import { buildConfiguration, stateDirectoryOf } from './build.js';
import { checkDuplicates } from './check-duplicates.js';
import { checkEids } from './check-eids.js';
import { checkLimits } from './check-limits.js';
import { checkMapCache } from './check-map-cache.js';
import { checkMapServer } from './check-map-server.js';
import { checkRoles } from './check-roles.js';
import { type Draft, isXtr, readDraft } from './draft.js';
import { ConfigurationError, type Problem, type Report } from './problem.js';
import { readSecrets, type Secrets } from './secrets.js';
import { Sections } from './sections.js';
import { YamlSource } from './yaml-source.js';

const MAX_FILE = 1_048_576;

/** Functions for the values that a run adds to the file. */
export interface Run {
  /** Called for an xTR: see XtrConfig; register-nonce.ts keeps it in the state directory. */
  readonly firstRegisterNonce: (stateDirectory: string) => Promise<bigint>;
  /** Called for an xTR whose file has no xtr-id; identity.ts keeps one in the state directory. */
  readonly generatedXtrId: (stateDirectory: string) => Promise<bigint>;
}

export interface LoadedConfiguration {
  readonly configuration: Configuration;
  /** Problems that do not prevent the start: secrets that other users can read. */
  readonly warnings: readonly Problem[];
}

/**
 * Reads, checks and completes a configuration file. @throws ConfigurationError with all its problems, or what `run`
 * throws
 */
export async function loadConfiguration(path: string, run: Run): Promise<LoadedConfiguration> {
  const { draft, secrets, warnings } = await check(path);
  const directory = stateDirectoryOf(draft);
  const generate = isXtr(draft) && draft.xtrId === undefined;
  const xtrId = generate ? await run.generatedXtrId(directory) : 0n;
  const firstRegisterNonce = isXtr(draft) ? await run.firstRegisterNonce(directory) : 0n;
  return { configuration: buildConfiguration(draft, secrets, { xtrId, firstRegisterNonce }), warnings };
}

/**
 * Only checks the file, and the key files that it names; changes nothing. Returns the warnings. @throws
 * ConfigurationError
 */
export async function checkConfiguration(path: string): Promise<readonly Problem[]> {
  return (await check(path)).warnings;
}

async function check(path: string): Promise<{ draft: Draft; secrets: Secrets; warnings: Problem[] }> {
  const { text, worldReadable } = await readText(path);
  const source = new YamlSource(path, text);
  const sections = new Sections(source);
  const draft = readDraft(sections);
  const warnings: Problem[] = [];
  const report: Report = (...problem) => sections.problems.add(() => source.problemAt(...problem));
  const warn: Report = (...problem) => warnings.push(source.problemAt(...problem));
  for (const checkPart of [
    checkRoles,
    checkDuplicates,
    checkEids,
    checkMapCache,
    checkMapServer,
    checkLimits,
  ])
    checkPart(draft, report);
  const secrets = await readSecrets(draft, { path: resolve(path), worldReadable }, report, warn);
  sections.problems.throwIfAny();
  return { draft, secrets, warnings };
}

async function readText(path: string): Promise<{ text: string; worldReadable: boolean }> {
  const fail = (message: string, hint: string): never => {
    throw new ConfigurationError([{ file: path, line: 1, column: 1, path: '', message, hint }]);
  };
  try {
    const { bytes, worldReadable } = await readBoundedFile(path, MAX_FILE);
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), worldReadable };
  } catch (error) {
    if (error instanceof FileError) return fail(error.message, error.hint);
    if (error instanceof TypeError) return fail('the file is not UTF-8 text', 'save it as UTF-8');
    throw error;
  }
}
