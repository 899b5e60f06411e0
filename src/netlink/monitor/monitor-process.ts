// SPDX-License-Identifier: Apache-2.0
// The agent's side of the monitor process: starts it, restarts it when it ends, and sends requests to it.
import { type ChildProcess, fork } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import type {
  FromMonitor,
  KernelChange,
  MonitorReplies,
  MonitorRequest,
  RouteMtu,
  Snapshot,
  ToMonitor,
} from './monitor-messages.js';

/** Delay before the monitor is restarted. It doubles each time until the monitor runs for STABLE_ms. */
const BACKOFF_MIN_ms = 100;
const BACKOFF_MAX_ms = 5_000;
/** A monitor that ran for this time is restarted after the minimum delay. */
const STABLE_ms = 30_000;
/** A monitor that does not answer a request in this time hangs, and is killed. */
const REQUEST_TIMEOUT_ms = 10_000;
/** A monitor that is not ready in this time is killed. Emulated machines that share a processor took minutes. */
const START_TIMEOUT_ms = 600_000;
/** How long closing waits for pending requests. */
const CLOSE_ms = 1_000;

/** The kernel refused a request (`code` is the errno's name), or the monitor ended before it answered. */
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
  /** A new monitor is ready for messages. It has no state yet. Called after each start. */
  started(): void;
  /** The monitor ended, and will be restarted. @param crashed whether a signal ended it */
  ended(crashed: boolean): void;
  snapshot(snapshot: Snapshot): void;
  changes(changes: readonly KernelChange[]): void;
  /** Replaces the MTUs of all routes. */
  routeMtus(mtus: readonly RouteMtu[]): void;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: NetlinkError) => void;
  /** Runs only while the monitor is ready. */
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
  /** The end of what the monitor wrote to stderr. */
  #stderr = '';
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();
  readonly #counts = {
    restarts: 0,
    overruns: 0,
    requestTimeouts: 0,
    startTimeouts: 0,
    receiveBufferBytes: 0,
  };
  /** Counts of the running monitor. */
  #running: Readonly<Record<string, number>> = {};

  constructor(listener: MonitorListener, log: Log) {
    this.#listener = listener;
    this.#log = log;
  }

  /** Process ID of the running monitor. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  counters(): Record<string, number> {
    return { ...this.#counts, ...this.#running };
  }

  start(): void {
    this.#startedAt_ms = performance.now();
    this.#stderr = '';
    const child = fork(new URL('./monitor.js', import.meta.url), [], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#startTimer = setTimeout(() => this.#startTimedOut(child), START_TIMEOUT_ms);
    child.stderr?.on(
      'data',
      (chunk: Buffer) => (this.#stderr = (this.#stderr + String(chunk)).slice(-2_000)),
    );
    child.on('message', (message: FromMonitor) => this.#received(message));
    child.on('error', (error) => this.#log('warn', `netlink monitor: ${error.message}`));
    child.on('close', (code, signal) => this.#ended(signal ?? `exit code ${code}`, signal !== null));
  }

  /** The message is lost if no monitor runs. The listener should send it again on `started`. */
  send(message: ToMonitor): void {
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }

  /** @throws NetlinkError */
  request<R extends MonitorRequest>(request: R): Promise<MonitorReplies[R['type']]> {
    if (!this.#child?.connected) return Promise.reject(monitorEnded());
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      if (this.#ready) this.#startTimeout(id);
      this.send({ type: 'request', id, request });
    });
  }

  /** Waits for pending requests, then ends the monitor. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#restartTimer);
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    const killTimer = setTimeout(() => child.kill('SIGKILL'), CLOSE_ms);
    while (this.#pending.size > 0 && this.#child !== undefined)
      await new Promise((resolve) => setTimeout(resolve, 5));
    this.send({ type: 'stop' });
    await ended;
    clearTimeout(killTimer);
  }

  #received(message: FromMonitor): void {
    if (message.type === 'ready') {
      this.#ready = true;
      clearTimeout(this.#startTimer);
      for (const id of this.#pending.keys()) this.#startTimeout(id);
      this.#counts.receiveBufferBytes = message.receiveBufferBytes;
      this.#listener.started();
    } else if (message.type === 'snapshot') this.#listener.snapshot(message.snapshot);
    else if (message.type === 'changes') this.#listener.changes(message.changes);
    else if (message.type === 'route-mtus') this.#listener.routeMtus(message.mtus);
    else if (message.type === 'counts') this.#running = message.counts;
    else if (message.type === 'reply') this.#settle(message.id)?.resolve(message.result);
    else this.#settle(message.id)?.reject(new NetlinkError(message.code, message.message));
  }

  #startTimeout(id: number): void {
    const pending = this.#pending.get(id);
    if (pending) pending.timer = setTimeout(() => this.#requestTimeout(id), REQUEST_TIMEOUT_ms);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    clearTimeout(pending?.timer);
    this.#pending.delete(id);
    return pending;
  }

  /** Reads pending messages first: if this process was blocked, the answer may have arrived already. */
  #requestTimeout(id: number): void {
    setImmediate(() => {
      if (!this.#pending.has(id)) return;
      this.#counts.requestTimeouts++;
      this.#child?.kill('SIGKILL');
    });
  }

  #startTimedOut(child: ChildProcess): void {
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
    // The package aborts on ENOBUFS. Nothing else in the monitor aborts.
    if (how === 'SIGABRT') this.#counts.overruns++;
    if (performance.now() - this.#startedAt_ms > STABLE_ms) this.#backoff_ms = BACKOFF_MIN_ms;
    const reason = this.#stderr.split('\n').find((line) => /Error|what\(\)/.test(line)) ?? '';
    this.#log(
      'warn',
      `netlink monitor ended (${how}${reason && ':'}${reason}); next start in ${this.#backoff_ms} ms`,
    );
    this.#restartTimer = setTimeout(() => this.start(), this.#backoff_ms);
    this.#backoff_ms = Math.min(this.#backoff_ms * 2, BACKOFF_MAX_ms);
  }
}

function monitorEnded(): NetlinkError {
  return new NetlinkError('ERR_MONITOR_ENDED', 'the netlink monitor ended before it answered');
}
