// SPDX-License-Identifier: Apache-2.0
import { type Figure, seriesOf } from '../figure.js';
import {
  CODEC_MESSAGES,
  mappingSystemStage,
  REGISTRATIONS,
  registrationSeries,
} from '../stages/mapping-system.js';

const shared = {
  group: 'Map-Server and Map-Resolver, one CPU, without sockets',
  stage: mappingSystemStage,
} as const;
const PACE = 'decoded, handled, answer encoded; in batches of 4,096, map-reply-interval 0 s';

function rate(name: string, series: string, title: string, how: string, more: Partial<Figure> = {}): Figure {
  const figure = { ...shared, name, title, how, unit: 'per second', series: [series] } as const;
  return { ...figure, ...more, values: (samples) => seriesOf(samples, series) };
}

/** The targets are about a million. */
function targeted(registrations: number, least: number): Partial<Figure> {
  return registrations === 1_000_000 ? { target: { least } } : { slow: true };
}

export const mappingSystemFigures: readonly Figure[] = [
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
        `encapsulated, for random EIDs, answered by proxy; ${PACE}`,
        targeted(registrations, 40_000),
      ),
      rate(
        `ms-${registers}`,
        registers,
        `Map-Registers accepted, ${among}`,
        `HMAC-SHA-256, one record, refreshing random EIDs of 256 ETRs, acknowledged by a signed Map-Notify; ${PACE}`,
        targeted(registrations, 20_000),
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
