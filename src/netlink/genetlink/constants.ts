// SPDX-License-Identifier: Apache-2.0
// Numbers of the kernel's uapi headers, under the names they have there.

/** linux/genetlink.h: the controller, which lists the families */
export const GENL_ID_CTRL = 16;
export const CTRL_CMD_GETFAMILY = 3;
export const CTRL_ATTR_FAMILY_ID = 1;
export const CTRL_ATTR_FAMILY_NAME = 2;

/** linux/netdev.h, since Linux 6.3 */
export const NETDEV_FAMILY_NAME = 'netdev';
export const NETDEV_CMD_DEV_GET = 1;
export const NETDEV_A_DEV_IFINDEX = 1;
export const NETDEV_A_DEV_XDP_FEATURES = 3;
/** The device accepts frames that native XDP redirects to it: it has a working ndo_xdp_xmit. */
/** Native XDP. */
export const NETDEV_XDP_ACT_BASIC = 1n;
export const NETDEV_XDP_ACT_NDO_XMIT = 4n;
