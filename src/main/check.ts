// SPDX-License-Identifier: Apache-2.0
import { checkConfiguration, formatProblem } from '#config/index.js';

/** `xtrd --check`: prints warnings, and that the configuration is valid. @throws ConfigurationError with its mistakes */
export async function check(file: string): Promise<void> {
  for (const warning of await checkConfiguration(file))
    process.stderr.write(`warning: ${formatProblem(warning)}\n`);
  process.stdout.write(`${file}: the configuration is valid\n`);
}
