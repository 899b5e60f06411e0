// SPDX-License-Identifier: Apache-2.0
export { AgentError, AgentUnreachableError, ApiClient } from './client.js';
export * from './protocol.js';
export { ApiServer } from './server.js';
export { ApiSocketError, claimSocketPath } from './socket-path.js';
