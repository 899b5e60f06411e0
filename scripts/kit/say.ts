// SPDX-License-Identifier: Apache-2.0
// Lines of progress, as all commands print them.

/** Seconds since the command was started: scripts/lib.sh passes its start on, as Unix time. */
export function elapsed_s(): number {
  const started_s = Number(process.env['XTRD_STARTED'] ?? Math.floor(Date.now() / 1000 - process.uptime()));
  return Math.floor(Date.now() / 1000) - started_s;
}

/** '  12 s  text' */
export function progressLine(text: string): string {
  return `${String(elapsed_s()).padStart(4)} s  ${text}`;
}

export function say(text: string): void {
  console.log(progressLine(text));
}
