// SPDX-License-Identifier: Apache-2.0
export type { EidInterface } from './hosts/eid-detector.js';
export {
  type KernelNetworkOptions,
  type LinkListener,
  type LinuxKernelNetwork,
  openKernelNetwork,
} from './kernel/kernel-network.js';
export { NetlinkError } from './monitor/monitor-process.js';
export type { LocalAddress } from './rtnetlink/address.js';
export type { Link } from './rtnetlink/link.js';
export {
  checkKernelSettings,
  type KernelSettingsOptions,
  type KernelSettingsResult,
} from './kernel/kernel-settings.js';
export { checksumWarnings, offloadNotes, redirectWarnings } from './kernel/offloads.js';
export { takesUnfinishedChecksums } from './kernel/virtio.js';
