// SPDX-License-Identifier: Apache-2.0
export {
  type KernelNetworkOptions,
  type LinkListener,
  type LinuxKernelNetwork,
  openKernelNetwork,
} from './kernel/kernel-network.js';
export type { Link } from './rtnetlink/link.js';
export { checkKernelSettings, type KernelSettingsResult } from './kernel/kernel-settings.js';
export { checksumWarnings, offloadNotes, deafInterface, redirectWarnings } from './kernel/offloads.js';
export { takesUnfinishedChecksums } from './kernel/virtio.js';
