// SPDX-License-Identifier: Apache-2.0
// What a run has started and not yet ended: processes and networks. An interrupted run ends them from here.

/** A process, or what else ends when it is told to. */
export interface Running {
  kill(): Promise<void>;
}

const running = new Set<Running>();
/** The run is being taken down: nothing that is started now lives on. */
let ending = false;

export function started(process: Running): void {
  running.add(process);
  if (ending) void process.kill();
}

export function ended(process: Running): void {
  running.delete(process);
}

/** Ends all processes: the stage that waits for one fails, and takes down what it has built. */
export async function endProcesses(): Promise<void> {
  ending = true;
  await Promise.all([...running].map((process) => process.kill()));
}
