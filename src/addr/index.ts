// SPDX-License-Identifier: Apache-2.0
export * from './address.js';
export * from './address-kind.js';
export * from './eid.js';
export * from './eid-table.js';
export * from './prefix.js';
