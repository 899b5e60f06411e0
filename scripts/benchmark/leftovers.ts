// SPDX-License-Identifier: Apache-2.0
// Processes that a run has started and not yet ended. An interrupted run ends them.

/** A process or anything else that can be ended. */
export interface Running {
  kill(): Promise<void>;
}

const running = new Set<Running>();
/** The run is being ended: a process that is started now is killed at once. */
let ending = false;

export function started(process: Running): void {
  running.add(process);
  if (ending) void process.kill();
}

export function ended(process: Running): void {
  running.delete(process);
}

/** Ends all processes. The stage that waits for one fails, and removes its network. */
export async function endProcesses(): Promise<void> {
  ending = true;
  await Promise.all([...running].map((process) => process.kill()));
}
