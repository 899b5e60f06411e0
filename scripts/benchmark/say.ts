// SPDX-License-Identifier: Apache-2.0

/** Since scripts/bench was started: scripts/lib.sh hands its clock on, as Unix seconds. */
export function elapsed_s(): number {
  const started_s = Number(process.env['XTRD_STARTED'] ?? Math.floor(Date.now() / 1000 - process.uptime()));
  return Math.floor(Date.now() / 1000) - started_s;
}

/** A line of progress, as the scripts print them. */
export function say(text: string): void {
  console.log(`${String(elapsed_s()).padStart(4)} s  ${text}`);
}
