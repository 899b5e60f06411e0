// SPDX-License-Identifier: Apache-2.0
export { type ControlTransportOptions, openControlTransport } from './control-transport.js';
