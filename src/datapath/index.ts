// SPDX-License-Identifier: Apache-2.0
export { loadNative } from './native.js';
export { openDataPath } from './open.js';
export {
  type DataPathInterface,
  type DataPathOptions,
  type DataPathSizes,
  DEFAULT_PUNT_LIMITS,
} from './options.js';
export { puntLimitsAt } from './punts/punt-limits.js';
export { tearDown } from './programs/tear-down.js';
