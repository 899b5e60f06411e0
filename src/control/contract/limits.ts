// SPDX-License-Identifier: Apache-2.0
import type { MapServerLimits, XtrLimits } from './config.js';

/** A registration that is not refreshed for this long expires (RFC 9301 section 8.2: three minutes). */
export const REGISTRATION_TIMEOUT_ms = 180_000;

/**
 * Number of ETRs of one site whose nonces are stored. Beyond it, the ETR that registered least recently is
 * evicted.
 */
export const TRACKED_ETRS_PER_SITE = 65_536;

export const DEFAULT_XTR_LIMITS: XtrLimits = {
  mapCacheEntries: 65_536,
  dynamicEids: 16_384,
  pendingMapRequests: 16_384,
  heldPacketsPerEid: 1_024, // a second at 1,000 packets a second: one Map-Request may be lost
  heldPackets: 4_096,
  smrPerRlocInterval_ms: 3_000,
  smrSuppression_ms: 20_000,
  smrInvokedInterval_ms: 3_000,
  mapReplyInterval_ms: 3_000,
  mapRepliesPerRloc_pps: 200,
};

export const DEFAULT_MAP_SERVER_LIMITS: MapServerLimits = {
  registrations: 1_048_576,
  pendingNotifies: 65_536,
  mapReplyInterval_ms: 3_000,
  mapRepliesPerRloc_pps: 200,
};
