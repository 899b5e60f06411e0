// SPDX-License-Identifier: Apache-2.0
// The agent's side of the monitor process: starts it, starts it again when it ends, and carries requests to it.
import { type ChildProcess, fork } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import type {
  FromMonitor,
  KernelChange,
  MonitorReplies,
  MonitorRequest,
  Snapshot,
  ToMonitor,
} from './monitor-messages.js';

/** Waits before the monitor is started again, doubled each time it ends soon. */
const BACKOFF_MIN_ms = 100;
const BACKOFF_MAX_ms = 5_000;
/** A monitor that ran for so long has the shortest wait before the next. */
const STABLE_ms = 30_000;
/** A monitor that leaves a request unanswered for so long is killed: it hangs. */
const REQUEST_TIMEOUT_ms = 10_000;
/** So is one that is not ready by then. Where emulated machines share a processor, minutes were seen to be needed. */
const START_TIMEOUT_ms = 600_000;
/** How long closing waits for requests under way. */
const CLOSE_ms = 1_000;

/** A request that the kernel refused (`code` is the errno's name), or that the monitor did not live to answer. */
export class NetlinkError extends Error {
  override readonly name = 'NetlinkError';
  /** 'ESRCH', 'ENETDOWN' ...; 'ERR_MONITOR_ENDED'. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export type Log = (level: 'error' | 'warn' | 'info' | 'debug', message: string) => void;

export interface MonitorListener {
  /** A monitor runs, knows nothing yet, and takes messages. Called again after each restart. */
  started(): void;
  /** crashed: by a signal, not because it could not start. It will be started again. */
  ended(crashed: boolean): void;
  snapshot(snapshot: Snapshot): void;
  changes(changes: readonly KernelChange[]): void;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: NetlinkError) => void;
  /** From when there is a monitor that can answer. */
  timer?: NodeJS.Timeout;
}

export class MonitorProcess {
  readonly #listener: MonitorListener;
  readonly #log: Log;
  #child: ChildProcess | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  #startTimer: NodeJS.Timeout | undefined;
  #ready = false;
  #startedAt_ms = 0;
  #backoff_ms = BACKOFF_MIN_ms;
  #closing = false;
  #lastWords = '';
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();
  readonly #counts = {
    restarts: 0,
    overruns: 0,
    requestTimeouts: 0,
    startTimeouts: 0,
    receiveBufferBytes: 0,
  };
  /** Counts of the running monitor, and the sums of those that ended. */
  #running: Readonly<Record<string, number>> = {};

  constructor(listener: MonitorListener, log: Log) {
    this.#listener = listener;
    this.#log = log;
  }

  /** Process ID of the monitor that runs now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  counters(): Record<string, number> {
    return { ...this.#counts, ...this.#running };
  }

  start(): void {
    this.#startedAt_ms = performance.now();
    this.#lastWords = '';
    const child = fork(new URL('./monitor.js', import.meta.url), [], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#startTimer = setTimeout(() => this.#lateStart(child), START_TIMEOUT_ms);
    child.stderr?.on(
      'data',
      (chunk: Buffer) => (this.#lastWords = (this.#lastWords + String(chunk)).slice(-2_000)),
    );
    child.on('message', (message: FromMonitor) => this.#received(message));
    child.on('error', (error) => this.#log('warn', `netlink monitor: ${error.message}`));
    child.on('close', (code, signal) => this.#ended(signal ?? `exit code ${code}`, signal !== null));
  }

  /** Lost while no monitor runs: `started` says when to send it again. */
  send(message: ToMonitor): void {
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }

  /** @throws NetlinkError */
  request<R extends MonitorRequest>(request: R): Promise<MonitorReplies[R['type']]> {
    if (!this.#child?.connected) return Promise.reject(monitorEnded());
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      if (this.#ready) this.#limit(id);
      this.send({ type: 'request', id, request });
    });
  }

  /** Lets requests under way come to their end, then ends the monitor. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#restartTimer);
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    const impatient = setTimeout(() => child.kill('SIGKILL'), CLOSE_ms);
    while (this.#pending.size > 0 && this.#child !== undefined)
      await new Promise((resolve) => setTimeout(resolve, 5));
    this.send({ type: 'stop' });
    await ended;
    clearTimeout(impatient);
  }

  #received(message: FromMonitor): void {
    if (message.type === 'ready') {
      this.#ready = true;
      clearTimeout(this.#startTimer);
      for (const id of this.#pending.keys()) this.#limit(id);
      this.#counts.receiveBufferBytes = message.receiveBufferBytes;
      this.#listener.started();
    } else if (message.type === 'snapshot') this.#listener.snapshot(message.snapshot);
    else if (message.type === 'changes') this.#listener.changes(message.changes);
    else if (message.type === 'counts') this.#running = message.counts;
    else if (message.type === 'reply') this.#settle(message.id)?.resolve(message.result);
    else this.#settle(message.id)?.reject(new NetlinkError(message.code, message.message));
  }

  #limit(id: number): void {
    const pending = this.#pending.get(id);
    if (pending) pending.timer = setTimeout(() => this.#late(id), REQUEST_TIMEOUT_ms);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    clearTimeout(pending?.timer);
    this.#pending.delete(id);
    return pending;
  }

  /** The answer may be waiting: if it was this process that hung, timers come before it is read. */
  #late(id: number): void {
    setImmediate(() => {
      if (!this.#pending.has(id)) return;
      this.#counts.requestTimeouts++;
      this.#child?.kill('SIGKILL');
    });
  }

  #lateStart(child: ChildProcess): void {
    setImmediate(() => {
      if (this.#ready || this.#child !== child) return;
      this.#counts.startTimeouts++;
      child.kill('SIGKILL');
    });
  }

  #ended(how: string, crashed: boolean): void {
    this.#child = undefined;
    this.#ready = false;
    clearTimeout(this.#startTimer);
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(monitorEnded());
    if (this.#closing) return;
    this.#listener.ended(crashed);
    this.#counts.restarts++;
    // The package's answer to ENOBUFS; nothing else in the monitor aborts.
    if (how === 'SIGABRT') this.#counts.overruns++;
    if (performance.now() - this.#startedAt_ms > STABLE_ms) this.#backoff_ms = BACKOFF_MIN_ms;
    const words = this.#lastWords.split('\n').find((line) => /Error|what\(\)/.test(line)) ?? '';
    this.#log(
      'warn',
      `netlink monitor ended (${how}${words && ':'}${words}); next start in ${this.#backoff_ms} ms`,
    );
    this.#restartTimer = setTimeout(() => this.start(), this.#backoff_ms);
    this.#backoff_ms = Math.min(this.#backoff_ms * 2, BACKOFF_MAX_ms);
  }
}

function monitorEnded(): NetlinkError {
  return new NetlinkError('ERR_MONITOR_ENDED', 'the netlink monitor ended before it answered');
}
