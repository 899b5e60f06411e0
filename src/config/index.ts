// SPDX-License-Identifier: Apache-2.0
export { FileError } from './bounded-file.js';
export { readOrCreateXtrId } from './identity.js';
export { checkConfiguration, type LoadedConfiguration, loadConfiguration } from './load.js';
export { ConfigurationError, formatProblem } from './problem.js';
export { reserveRegisterNonces } from './register-nonce.js';
export { replaceStateFile, UNFINISHED } from './state-file.js';
