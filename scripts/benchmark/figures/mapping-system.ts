// SPDX-License-Identifier: Apache-2.0
import { type Figure, seriesOf } from '#scripts/benchmark/figure.js';
import {
  fillSeries,
  KINDS,
  mapServerStage,
  STEADY_pps,
  udpSeries,
  WINDOW,
} from '#scripts/benchmark/stages/map-server.js';
import {
  CODEC_MESSAGES,
  mappingSystemStage,
  REGISTRATIONS,
  registrationSeries,
} from '#scripts/benchmark/stages/mapping-system.js';
import { ITRS, RECORDS } from '#scripts/benchmark/workload/control-messages.js';

const shared = {
  group: 'Map-Server and Map-Resolver, one CPU, without sockets',
  stage: mappingSystemStage,
} as const;
const PACE = 'decoded, handled, answer encoded; in batches of 4,096, all limits as they are by default';

function rate(name: string, series: string, title: string, how: string, more: Partial<Figure> = {}): Figure {
  const figure = { ...shared, name, title, how, unit: 'per second', series: [series] } as const;
  return { ...figure, ...more, values: (samples) => seriesOf(samples, series) };
}

/** What is known to keep these figures short where they are. */
const SHORT =
  'with a million registrations each message reads memory that caches do not hold, for the registration, its key and its nonce; the rows of one registration say what the same code does without';

/** A second, of one core with a million registrations. */
const LEAST = { requests: 40_000, registers: 20_000 } as const;
function targeted(registrations: number, kind: keyof typeof LEAST): Partial<Figure> {
  return registrations === 1_000_000
    ? { target: { least: LEAST[kind] }, reasonIfShort: SHORT }
    : { slow: true };
}

const overUdp = {
  group: 'Map-Server and Map-Resolver, xtrd on one CPU, over UDP',
  stage: mapServerStage,
} as const;
const ASKED = {
  requests: `encapsulated, of ${ITRS} ITRs for random EIDs, answered by proxy`,
  registers:
    'HMAC-SHA-256, one record, refreshing random EIDs of 256 ETRs, acknowledged by a signed Map-Notify',
} as const;
const DONE = { requests: 'Map-Requests answered', registers: 'Map-Registers accepted' } as const;
const LIMITS = 'all limits as they are by default';

/** Of one table. A quick run takes the smallest one alone. */
function udpFigures(registrations: number): Figure[] {
  const among = `${registrations.toLocaleString('en')} registration${registrations === 1 ? '' : 's'}`;
  const slow = registrations > 1;
  const figure = (
    series: string,
    title: string,
    how: string,
    unit: Figure['unit'],
    more: Partial<Figure> = {},
  ): Figure => ({
    ...overUdp,
    ...{ name: `ms-${series}`, title: `${title}, ${among}`, how: `${how}; ${LIMITS}`, unit, slow },
    ...more,
    series: [series],
    values: (samples) => seriesOf(samples, series),
  });
  return [
    ...KINDS.flatMap((kind) => [
      figure(
        udpSeries(kind, 'rate', registrations),
        `${DONE[kind]}, by the clock`,
        `${ASKED[kind]}; ${WINDOW} outstanding`,
        'per second',
        registrations === 1_000_000 ? { target: { least: LEAST[kind] }, reasonIfShort: SHORT } : {},
      ),
      figure(
        udpSeries(kind, 'cpu', registrations),
        `${DONE[kind]}, of the server's CPU time`,
        `the same; user and system time of the whole process`,
        'per second',
      ),
      figure(
        udpSeries(kind, 'p99', registrations),
        `${kind === 'requests' ? 'Map-Request to Map-Reply' : 'Map-Register to Map-Notify'}, p99`,
        `${ASKED[kind]}; ${STEADY_pps.toLocaleString('en')} a second; p99 of each second`,
        'ms',
      ),
    ]),
    ...(registrations === 1
      ? []
      : [
          figure(
            fillSeries(registrations),
            'EIDs registered',
            `${RECORDS} records a Map-Register, ${WINDOW} outstanding, none lost`,
            'per second',
          ),
        ]),
  ];
}

export const mappingSystemFigures: readonly Figure[] = [
  ...REGISTRATIONS.flatMap(udpFigures),
  ...REGISTRATIONS.flatMap((registrations) => {
    const [requests, registers, bytes] = (['requests', 'registers', 'bytes'] as const).map((what) =>
      registrationSeries(what, registrations),
    ) as [string, string, string];
    const among = `${registrations.toLocaleString('en')} registration${registrations === 1 ? '' : 's'}`;
    return [
      rate(
        `ms-${requests}`,
        requests,
        `Map-Requests answered, ${among}`,
        `encapsulated, of ${ITRS} ITRs for random EIDs, answered by proxy; ${PACE}`,
        targeted(registrations, 'requests'),
      ),
      rate(
        `ms-${registers}`,
        registers,
        `Map-Registers accepted, ${among}`,
        `HMAC-SHA-256, one record, refreshing random EIDs of 256 ETRs, acknowledged by a signed Map-Notify; ${PACE}`,
        targeted(registrations, 'registers'),
      ),
      rate(
        `ms-${bytes}`,
        bytes,
        `Memory for a registration, of ${among}`,
        'heap and buffers after garbage collection',
        { unit: 'bytes', slow: registrations !== 1_000_000 },
      ),
    ].filter(({ unit }) => unit !== 'bytes' || registrations > 1);
  }),
  ...CODEC_MESSAGES.flatMap((message) => {
    const signed = message === 'map-register';
    return [
      rate(
        `codec-encode-${message}`,
        `encode-${message}`,
        `${message} encoded${signed ? ' and signed' : ''}`,
        'one record',
      ),
      rate(
        `codec-decode-${message}`,
        `decode-${message}`,
        `${message} decoded${signed ? ' and verified' : ''}`,
        'one record',
      ),
    ];
  }),
];
