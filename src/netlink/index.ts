// SPDX-License-Identifier: Apache-2.0
export type { EidInterface } from './eid-detector.js';
export {
  type KernelNetworkOptions,
  type LinkListener,
  type LinuxKernelNetwork,
  openKernelNetwork,
} from './kernel-network.js';
export { NetlinkError } from './monitor-process.js';
export type { LocalAddress } from './rtnetlink/address.js';
export type { Link } from './rtnetlink/link.js';
export {
  checkKernelSettings,
  type KernelSettingsOptions,
  type KernelSettingsResult,
} from './kernel-settings.js';
export { checksumWarnings, offloadNotes, redirectWarnings } from './offloads.js';
export { takesUnfinishedChecksums } from './virtio.js';
