// SPDX-License-Identifier: Apache-2.0
import type { CommandResult } from '#scripts/kit/shell.js';
import type { NodeName, SwitchName } from './topology.js';

/** A process in a node whose standard output is read as it runs. It ends with the lab at the latest. */
export interface Follower {
  onLine(listener: (line: string) => void): void;
  /** Sends SIGTERM and waits; returns standard output's last line. */
  stop(): Promise<string>;
}

/** A process in a node that goes on when the lab process ends; its output goes to a log. */
export interface Daemon {
  kill(signal: NodeJS.Signals): void;
  /** Undefined while it runs. */
  exitCode(): number | undefined;
  readonly exited: Promise<number>;
}

/** How fast the machines behind a back end are. */
export interface Pace {
  /** How many times longer than on network namespaces an act may wait. */
  readonly patience: number;
  /** Rate of the continuous traffic, in each direction. */
  readonly traffic_pps: number;
  /**
   * How long a turn of an agent's event loop may take: events bear its beginning, tries are written at its end. Packets are
   * on their way for as long.
   */
  readonly turn_ms: number;
}

/**
 * For machines whose instructions are emulated: a command takes seconds to start, and a Node that sends 1,000 packets a
 * second leaves nothing for the routers.
 */
export const SLOW_PACE: Pace = { patience: 20, traffic_pps: 50, turn_ms: 250 };

/**
 * Where the nodes of the topology live. In every node the commands `xtrd`, `xtrctl` (with the node's agent selected)
 * and `lab-traffic` are in PATH.
 */
export interface Backend {
  /** The command that a user types for this lab. */
  readonly command: string;
  readonly pace: Pace;
  /** Offset from a node's CLOCK_MONOTONIC to that of the lab process, as measured last. */
  clockOffset_ms(node: NodeName): number;
  /** Builds nodes, switches and cables. None of them may exist. */
  up(): Promise<void>;
  /**
   * Removes the lab, also one that crashed, and ends a run in progress. It is no error if there is no lab.
   * @param options.force also a lab of another clone of the repository
   * @throws ForeignLabError
   */
  down(options: { readonly force: boolean }): Promise<void>;
  /** Whether a lab is up, also one that crashed. */
  isUp(): boolean;
  /** @throws ForeignLabError when the lab that is up belongs to another clone of the repository */
  refuseForeign(): void;
  /** A program that is missing or cannot run in the node gives a code like a shell's, 126 or 127. */
  run(node: NodeName, command: readonly string[], timeout_ms?: number): Promise<CommandResult>;
  follow(node: NodeName, command: readonly string[]): Follower;
  start(node: NodeName, name: string, command: readonly string[]): Daemon;
  /** What a daemon has logged. */
  log(name: string): Promise<string>;
  /** Puts a file into the node's lab directory, readable by root alone; returns its path there. */
  copy(node: NodeName, file: string): Promise<string>;
  /** Copies evidence of a failure, besides the daemons' logs, to a place that `down` does not remove; prints the place. */
  keepEvidence?(): Promise<void>;
  /** Pulls the cable out and puts it into the switch. Returns CLOCK_MONOTONIC ms at which it was pulled. */
  moveCable(node: NodeName, interfaceName: string, to: SwitchName): Promise<number>;
  /** Runs an interactive command on this terminal; returns its exit code. */
  exec(node: NodeName, command: readonly string[]): Promise<number>;
}
