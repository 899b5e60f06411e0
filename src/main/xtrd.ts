// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

import { ConfigurationError, FileError } from '#config/index.js';
import { check } from './check.js';
import { readOptions } from './options.js';
import { run } from './run.js';
import { tearDownInstance } from './tear-down.js';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const task = readOptions(process.argv, version);
try {
  if (task.do === 'check') await check(task.file);
  else if (task.do === 'tear-down') await tearDownInstance(task.file);
  else await run(task.file, version);
} catch (error) {
  const hint = error instanceof FileError ? `; ${error.hint}` : '';
  process.stderr.write(`xtrd: ${error instanceof Error ? error.message : String(error)}${hint}\n`);
  // The process closes what is still open. Pinned programs go on forwarding.
  process.exit(error instanceof ConfigurationError ? 2 : 1);
}
