// SPDX-License-Identifier: Apache-2.0
export { openControlTransport } from './control-transport.js';
