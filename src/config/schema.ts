// SPDX-License-Identifier: Apache-2.0
// The keys of the configuration file; docs/configuration.md describes each one, and a test compares the two.
import { z } from 'zod';
import { DEFAULT_MAP_SERVER_LIMITS, DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import {
  absolutePath,
  bigInteger,
  duration,
  eidPrefix,
  instanceId,
  instanceName,
  integer,
  interfaceName,
  label,
  rlocAddress,
  socketPath,
  text,
} from './scalars.js';

const key = z
  .strictObject({
    id: integer(0, 255).default(0),
    algorithm: z.enum(['hmac-sha-1-96', 'hmac-sha-256-128']).default('hmac-sha-256-128'),
    file: text(/^[^\0]{1,1023}$/, 'the path of a file that holds the secret').optional(),
    secret: text(/^[^\0]{1,255}$/, 'the secret as text of at most 255 characters, in quotes').optional(),
  })
  .describe('a mapping with file: PATH');

export type KeySpecification = z.output<typeof key>;

const prefixWithInstance = { 'eid-prefix': eidPrefix, 'instance-id': instanceId.default(0) };

const boolean = z.boolean().describe('true or false');
const priority = integer(0, 255);
const weight = integer(0, 255);
const rate_pps = integer(1, 1_000_000);
const entries = (max: number): ReturnType<typeof integer> => integer(1, max);

const locator = z
  .strictObject({ rloc: rlocAddress, priority: priority.default(1), weight: weight.default(100) })
  .describe('a mapping with rloc: ADDRESS');

const mapServerLimits = {
  registrations: entries(16_777_216).default(DEFAULT_MAP_SERVER_LIMITS.registrations),
  'pending-notifies': entries(16_777_216).default(DEFAULT_MAP_SERVER_LIMITS.pendingNotifies),
  'map-reply-interval': duration('0s', '1h').default(DEFAULT_MAP_SERVER_LIMITS.mapReplyInterval_ms),
  'map-replies-per-rloc': rate_pps.default(DEFAULT_MAP_SERVER_LIMITS.mapRepliesPerRloc_pps),
};

const site = z
  .strictObject({
    name: label,
    keys: z.array(key).describe('a list of keys'),
    'eid-prefixes': z
      .array(
        z
          .strictObject({
            ...prefixWithInstance,
            'accept-more-specifics': boolean.default(false),
            'proxy-reply': boolean.default(false),
          })
          .describe('a mapping with eid-prefix: PREFIX'),
      )
      .describe('a list of EID-prefixes'),
    'strict-nonces': boolean.default(true),
  })
  .describe('a mapping with name: NAME');

const limits = {
  'map-cache-entries': entries(16_777_216).default(DEFAULT_XTR_LIMITS.mapCacheEntries),
  'dynamic-eids': entries(16_777_216).default(DEFAULT_XTR_LIMITS.dynamicEids),
  'pending-map-requests': entries(1_048_576).default(DEFAULT_XTR_LIMITS.pendingMapRequests),
  /** Default: 1,024, or held-packets if that is less. */
  'held-packets-per-eid': integer(0, 65_536).optional(),
  'held-packets': integer(0, 1_048_576).default(DEFAULT_XTR_LIMITS.heldPackets),
  'smr-per-rloc-interval': duration('0s', '1h').default(DEFAULT_XTR_LIMITS.smrPerRlocInterval_ms),
  'smr-suppression': duration('0s', '1h').default(DEFAULT_XTR_LIMITS.smrSuppression_ms),
  'smr-invoked-interval': duration('0s', '1h').default(DEFAULT_XTR_LIMITS.smrInvokedInterval_ms),
  'map-reply-interval': duration('0s', '1h').default(DEFAULT_XTR_LIMITS.mapReplyInterval_ms),
  'map-replies-per-rloc': rate_pps.default(DEFAULT_XTR_LIMITS.mapRepliesPerRloc_pps),
};

const dataPath = {
  'xdp-mode': z.enum(['auto', 'native', 'generic']).default('auto'),
  'bpf-filesystem': absolutePath.default('/sys/fs/bpf'),
  'locator-sets': entries(1_048_576).default(4_096),
  locators: entries(1_048_576).default(4_096),
  'punt-ring-bytes': integer(65_536, 268_435_456).default(8_388_608),
  'punt-rates': group({
    'map-cache-miss': rate_pps.default(20_000),
    'eid-detected': rate_pps.default(2_000),
    stale: rate_pps.default(2_000),
    'no-neighbour': rate_pps.default(20_000),
    'too-big': rate_pps.default(2_000),
    fragment: rate_pps.default(10_000),
    'ttl-expired': rate_pps.default(1_000),
    'core-icmp': rate_pps.default(1_000),
  }),
};

function list<T extends z.ZodType>(element: T, of: string): z.ZodOptional<z.ZodArray<T>> {
  return z.array(element).describe(`a list of ${of}`).optional();
}

/** An optional mapping whose keys have defaults. */
function group<T extends z.ZodRawShape>(shape: T): z.ZodPrefault<z.ZodObject<T, z.core.$strict>> {
  return z
    .strictObject(shape)
    .describe('a mapping')
    .prefault({} as never);
}

export const configurationSchema = z.strictObject({
  name: instanceName,
  'xtr-id': bigInteger(1n, (1n << 128n) - 1n).optional(),
  'site-id': bigInteger(0n, (1n << 64n) - 1n).default(0n),
  rlocs: list(
    z
      .strictObject({ address: rlocAddress, priority: priority.default(1), weight: weight.default(100) })
      .describe('a mapping with address: ADDRESS'),
    'RLOCs',
  ),
  interfaces: list(
    z
      .strictObject({
        name: interfaceName,
        roles: z
          .array(z.enum(['eid', 'rloc']))
          .min(1)
          .describe('a list with eid, rloc or both'),
        'instance-id': instanceId.default(0),
      })
      .describe('a mapping with name: INTERFACE and roles: [...]'),
    'interfaces',
  ),
  'database-mappings': list(
    z.strictObject(prefixWithInstance).describe('a mapping with eid-prefix: PREFIX'),
    'EID-prefixes',
  ),
  'dynamic-eids': list(
    z
      .strictObject({ name: label, ...prefixWithInstance })
      .describe('a mapping with name: NAME and eid-prefix: PREFIX'),
    'dynamic-EID prefixes',
  ),
  'map-cache': list(
    z
      .strictObject({
        ...prefixWithInstance,
        action: z.enum(['send-map-request', 'forward-native', 'drop']).optional(),
        locators: list(locator, 'locators'),
      })
      .describe('a mapping with eid-prefix: PREFIX and an action or locators'),
    'map-cache entries',
  ),
  'map-resolvers': list(rlocAddress, 'addresses'),
  'map-servers': list(
    z
      .strictObject({ address: rlocAddress, key, 'proxy-reply': boolean.default(false) })
      .describe('a mapping with address: ADDRESS and key: {...}'),
    'Map-Servers',
  ),
  'map-server': z
    .strictObject({
      addresses: list(rlocAddress, 'addresses'),
      sites: z.array(site).describe('a list of sites'),
      limits: group(mapServerLimits),
    })
    .describe('a mapping with sites: [...]')
    .optional(),
  'record-ttl': duration('1m', '365d').default(86_400_000),
  'ttl-propagation': boolean.default(true),
  fragmentation: z.enum(['fragment', 'refuse']).default('fragment'),
  'locator-status-bits': boolean.default(false),
  limits: group(limits),
  'data-path': group(dataPath),
  'kernel-settings': z.enum(['set', 'report']).default('set'),
  'api-socket': socketPath.optional(),
  'state-directory': absolutePath.optional(),
  recording: z
    .strictObject({
      file: absolutePath,
      bytes: integer(65_536, 1_099_511_627_776).default(268_435_456),
    })
    .describe('a mapping with file: PATH')
    .optional(),
  log: group({ level: z.enum(['error', 'warn', 'info', 'debug']).default('info') }),
});

export type ConfigurationShape = typeof configurationSchema.shape;
export type SectionName = keyof ConfigurationShape;
export type Section<K extends SectionName> = z.output<ConfigurationShape[K]>;
