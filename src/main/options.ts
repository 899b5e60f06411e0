// SPDX-License-Identifier: Apache-2.0
import { Command, Option } from 'commander';

/** The task that the command line of xtrd names. */
export type Task =
  | { readonly do: 'run'; readonly file: string }
  | { readonly do: 'check'; readonly file: string }
  | { readonly do: 'tear-down'; readonly file: string };

const EXAMPLES = `
Examples:
  xtrd --config /etc/xtrd/xtrd.yaml      run in the foreground until SIGTERM; XDP goes on forwarding afterwards
  xtrd --check /etc/xtrd/xtrd.yaml       report mistakes in a configuration; start nothing
  xtrd --teardown /etc/xtrd/xtrd.yaml    stop forwarding: detach the XDP programs, remove pins and host routes

Exit status: 0 done, 1 could not start or failed, 2 the configuration or the command line is wrong.`;

/** @param argv as in process.argv. Prints help or usage errors, and then exits the process. */
export function readOptions(argv: readonly string[], version: string): Task {
  const command = new Command('xtrd')
    .description('LISP tunnel router, Map-Server and Map-Resolver')
    .version(version)
    .addOption(
      new Option('-c, --config <file>', 'run with this configuration').conflicts(['check', 'teardown']),
    )
    .addOption(new Option('--check <file>', 'check a configuration and exit').conflicts('teardown'))
    .addOption(
      new Option('--teardown <file>', 'remove the XDP programs, pins and host routes of an instance'),
    )
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  command.parse(argv);
  const { config, check, teardown } = command.opts<{ config?: string; check?: string; teardown?: string }>();
  if (check !== undefined) return { do: 'check', file: check };
  if (teardown !== undefined) return { do: 'tear-down', file: teardown };
  if (config !== undefined) return { do: 'run', file: config };
  return command.error('error: use one of --config, --check and --teardown; see xtrd --help');
}
