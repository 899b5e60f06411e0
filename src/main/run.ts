// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';

import { ApiServer, claimSocketPath } from '#api/index.js';
import { formatProblem, loadConfiguration, readOrCreateXtrId, reserveRegisterNonces } from '#config/index.js';
import type { XtrConfig } from '#control/contract/config.js';
import { Agent } from '#core/agent.js';
import { agentService } from '#core/service/agent-service.js';
import type { Configuration } from '#core/configuration.js';
import { Recorder } from '#core/recorder.js';
import { Runtime } from '#core/runtime.js';
import { createLog, eventText, EventLog, type Log, systemClock } from '#observe/index.js';
import { wakingClock } from './clock.js';
import { EventLogger } from './event-levels.js';
import { eidFacing } from './interfaces.js';
import { NonceStore } from './nonce-store.js';
import { freshSeed } from './random.js';
import { RecordingFile } from './recording-file.js';
import { openSurroundings } from './surroundings.js';

type Say = (level: 'error' | 'warn' | 'info', text: string) => void;

/** `xtrd --config`: runs until SIGTERM or SIGINT. XDP goes on forwarding afterwards. */
export async function run(file: string, version: string): Promise<void> {
  const { configuration, warnings } = await loadConfiguration(file, {
    firstRegisterNonce: (directory) => reserveRegisterNonces(directory, BigInt(Date.now()) * 1_000n),
    generatedXtrId: readOrCreateXtrId,
  });
  const log = createLog(configuration.name, configuration.log.level);
  for (const warning of warnings) log.warn(formatProblem(warning));
  const stopping = once(process, 'SIGTERM');
  const interrupted = once(process, 'SIGINT');
  const stop = await start(configuration, version, log);
  await Promise.race([stopping, interrupted]);
  log.info(configuration.xtr === undefined ? 'stopping' : 'stopping; XDP goes on forwarding');
  await stop();
}

/** Undefined if nothing is to be recorded. */
function recorderOf(
  { recording, mapServer }: Configuration,
  xtr: XtrConfig | undefined,
  say: Say,
): { readonly recorder?: Recorder; readonly file?: RecordingFile } {
  if (recording === undefined) return {};
  const file = new RecordingFile(recording.file, say);
  const { maxBytes } = recording;
  return { file, recorder: new Recorder({ xtr, mapServer, maxBytes, write: (text) => file.write(text) }) };
}

/** Returns a function that stops the agent. */
async function start(configuration: Configuration, version: string, log: Log): Promise<() => Promise<void>> {
  await claimSocketPath(configuration.apiSocket); // first, as another agent may be using all that follows
  const clock = wakingClock(systemClock().monotonic);
  const world = await openSurroundings(configuration, log);
  try {
    const { transport, dataPath, network } = world;
    const xtr = configuration.xtr && { ...configuration.xtr, eidInterfaces: eidFacing(world.interfaces()) };
    const say: Say = (level, text) => log[level](text);
    const sites = configuration.mapServer?.sites.map(({ name }) => name);
    const nonces = sites && new NonceStore(configuration.stateDirectory, sites, say);
    await nonces?.open();
    const { mapServer } = configuration;
    const { recorder, file: recording } = recorderOf(configuration, xtr, say);
    const agent = new Agent(xtr, mapServer, recorder?.random);
    const events = new EventLog(configuration.name);
    const logger = new EventLogger(log, () => clock.now());
    const runtime = new Runtime(agent, {
      ...{ clock, transport, dataPath, network, nonces, recorder },
      seed: freshSeed,
      afterReading: setImmediate,
      onEvent: (event) => {
        const view = events.record(event);
        logger.log(event.name, () => eventText(view()));
      },
    });
    const service = agentService({
      apiCounters: () => api.counters(),
      recorder,
      ...{ configuration, version, agent, runtime, clock, transport, dataPath, network, events },
      pid: process.pid,
      warnings: () => world.warnings(),
      interfaceName: (ifindex) =>
        world.interfaces().find((each) => each.ifindex === ifindex)?.name ?? `if${ifindex}`,
    });
    const api = new ApiServer(service, (error) => log.error({ err: error }, 'local API'));
    await api.listen(configuration.apiSocket);
    runtime.start();
    world.onInterfaces((interfaces) =>
      runtime.dispatch({ type: 'eid-interfaces', interfaces: eidFacing(interfaces) }),
    );
    // Removes host routes of a crashed agent whose hosts are gone. Otherwise they would stay until teardown.
    network
      ?.reconcileHostRoutes()
      .catch((error: unknown) =>
        log.warn(`host routes of an earlier agent are not removed: ${String(error)}`),
      );
    log.info(`ready, version ${version}, API at ${configuration.apiSocket}`);
    return async () => {
      runtime.stop();
      await nonces?.close();
      recording?.close();
      await api.close();
      await world.close();
    };
  } catch (error) {
    await world.close();
    throw error;
  }
}
