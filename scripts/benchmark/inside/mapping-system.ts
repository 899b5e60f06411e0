// SPDX-License-Identifier: Apache-2.0
// A Map-Server and Map-Resolver without sockets: datagrams in, datagrams out, as the daemon joins it.
import { type Address, type EidPrefix, parseAddress } from '#addr/index.js';
import { Agent } from '#core/agent.js';
import type { ControlTransport } from '#core/ports.js';
import { Runtime } from '#core/runtime.js';
import { wakingClock } from '#main/clock.js';
import { systemClock } from '#observe/index.js';
import { freshSeed } from '#main/random.js';
import { decodeMessage, encodeMessage, verifyAuthentication } from '#wire/index.js';
import {
  etrOf,
  etrRloc,
  itrRloc,
  mapRegister,
  mapReply,
  mapRequest,
  mapServerConfig,
  registerBytes,
  requestBytes,
  RECORDS,
  SITE_KEY,
} from '#scripts/benchmark/workload/control-messages.js';
import { eidList } from '#scripts/packets/eids.js';
import { eidAt } from '#scripts/benchmark/workload/mappings.js';
import { Random } from '#scripts/packets/random.js';
import { agentBytes } from './memory.js';
import { serve } from './serve.js';
import { cpu_ms } from '#scripts/kit/clock.js';

const ADDRESS = parseAddress('9.9.9.9');
const SOURCE_PORT = 4342;

/** Datagrams of one measurement: prepared before it. */
const DATAGRAMS = 4096;
const SEED = 9301;

interface Server {
  readonly agent: Agent;
  readonly runtime: Runtime;
  readonly entries: number;
}

let server: Server | undefined;
let sent = 0;
/** Of all messages: those of an ETR have to grow, and an ITR's question with the same one is the same question. */
let nonce = 1n;

/** Counts what would leave. */
const transport: ControlTransport = {
  send: () => {
    sent += 1;
  },
  onDatagram: () => undefined,
  close: () => undefined,
  counters: () => ({}),
};

function receive({ runtime }: Server, bytes: Uint8Array, from: Address): void {
  runtime.dispatch({ type: 'datagram', datagram: { from, fromPort: SOURCE_PORT, to: ADDRESS, bytes } });
}

function current(): Server {
  if (server === undefined) throw new Error('there is no Map-Server');
  return server;
}

/** Indexes of random EIDs of the table, and the EIDs. */
function draw(entries: number): readonly (readonly [index: number, eid: EidPrefix])[] {
  const random = new Random(SEED + sent);
  const list = eidList({ family: 4, shape: 'campus', entries });
  return Array.from({ length: DATAGRAMS }, () => random.below(entries)).map((i) => [i, eidAt(list, i)]);
}

/** Datagrams handled a second; each has to be answered. */
function rate(datagrams: readonly (readonly [from: Address, bytes: Uint8Array])[]): number {
  const before = sent;
  const started = cpu_ms();
  for (const [from, bytes] of datagrams) receive(current(), bytes, from);
  const total_ms = cpu_ms() - started;
  if (sent - before !== datagrams.length)
    throw new Error(`${sent - before} of ${datagrams.length} messages were answered`);
  return (datagrams.length * 1000) / total_ms;
}

const CODEC_MESSAGES = {
  'map-request': (eid: EidPrefix) => mapRequest(eid, 7n, itrRloc(0)),
  'map-reply': (eid: EidPrefix) => mapReply(eid, 7n),
  'map-register': (eid: EidPrefix) => mapRegister([eid], 7n, 0),
} as const;
export type CodecMessage = keyof typeof CODEC_MESSAGES;

const methods = {
  /** A server with so many registrations. @returns bytes for each */
  async fill(entries: number): Promise<number> {
    server = undefined;
    const before = await agentBytes();
    const agent = new Agent(undefined, mapServerConfig([ADDRESS], entries + 1));
    const world = {
      clock: wakingClock(systemClock().monotonic),
      transport,
      dataPath: undefined,
      network: undefined,
      nonces: undefined,
      seed: freshSeed,
    };
    server = { agent, entries, runtime: new Runtime(agent, { ...world, onEvent: () => undefined }) };
    server.runtime.start();
    const list = eidList({ family: 4, shape: 'campus', entries });
    for (let at = 0; at < entries; at += RECORDS) {
      const count = Math.min(RECORDS, entries - at);
      const eids = Array.from({ length: count }, (_, i) => eidAt(list, at + i));
      const etr = etrOf(at);
      receive(server, registerBytes(eids, nonce++, etr), etrRloc(etr));
    }
    if (agent.mapServer?.registrationCount !== entries)
      throw new Error(`${agent.mapServer?.registrationCount ?? 0} of ${entries} EIDs are registered`);
    return ((await agentBytes()) - before) / entries;
  },

  requests: () =>
    rate(draw(current().entries).map(([, eid], i) => [itrRloc(i), requestBytes(eid, nonce++, itrRloc(i))])),

  /** Refreshes with new nonces. */
  registers: () =>
    rate(
      draw(current().entries).map(([index, eid]) => {
        const etr = etrOf(index);
        return [etrRloc(etr), registerBytes([eid], nonce++, etr)];
      }),
    ),

  /** Messages encoded and decoded a second; Map-Registers signed and verified. */
  codec(name: CodecMessage): { readonly encode: number; readonly decode: number } {
    const messages = draw(DATAGRAMS).map(([, eid]) => CODEC_MESSAGES[name](eid));
    const key = name === 'map-register' ? SITE_KEY.secret : undefined;
    const started = cpu_ms();
    const encoded = messages.map((message) => encodeMessage(message, key));
    const between = cpu_ms();
    for (const bytes of encoded) {
      const message = decodeMessage(bytes);
      if (message.type === 'map-register' && !verifyAuthentication(bytes, message, SITE_KEY.secret))
        throw new Error('a Map-Register does not verify');
    }
    const [encode_ms, decode_ms] = [between - started, cpu_ms() - between];
    return { encode: (DATAGRAMS * 1000) / encode_ms, decode: (DATAGRAMS * 1000) / decode_ms };
  },
};

export type MappingSystemMethods = typeof methods;
serve(methods);
