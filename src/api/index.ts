// SPDX-License-Identifier: Apache-2.0
export { ApiClient } from './client.js';
export * from './protocol.js';
export { ApiServer } from './server.js';
export { claimSocketPath } from './socket-path.js';
