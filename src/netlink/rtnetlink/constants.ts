// SPDX-License-Identifier: Apache-2.0
// Numbers of the kernel's uapi headers, under the names they have there.

/** linux/socket.h */
export const AF_UNSPEC = 0;
export const AF_INET = 2;
export const AF_INET6 = 10;

/** linux/netlink.h */
export const NETLINK_ROUTE = 0;
export const NETLINK_GENERIC = 16;
export const NLMSG_ERROR = 2;
export const NLM_F_DUMP_INTR = 0x10;
export const NLM_F_DUMP = 0x300;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_CREATE = 0x400;
export const NLA_TYPE_MASK = 0x3fff;

/** linux/rtnetlink.h: message types */
export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;
export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
export const RTM_GETROUTE = 26;
export const RTM_NEWNEIGH = 28;
export const RTM_DELNEIGH = 29;
export const RTM_GETNEIGH = 30;

/** linux/rtnetlink.h: multicast groups */
export const RTNLGRP_LINK = 1;
export const RTNLGRP_NEIGH = 3;
export const RTNLGRP_IPV4_IFADDR = 5;
export const RTNLGRP_IPV6_IFADDR = 9;

/** linux/rtnetlink.h: rtmsg */
/**
 * Marks the routes and neighbour entries of xtrd (4342 modulo 256). Not assigned in rt_protos; the kernel leaves
 * numbers above RTPROT_STATIC to user space.
 */
export const RTPROT_XTRD = 246;
export const RTN_UNICAST = 1;
export const RTN_LOCAL = 2;
export const RT_TABLE_MAIN = 254;
export const RT_SCOPE_LINK = 253;
export const RT_SCOPE_NOWHERE = 255;
/** The reply is the route as configured, with all next hops of a multipath route. */
export const RTM_F_FIB_MATCH = 0x2000;
export const RTA_DST = 1;
export const RTA_OIF = 4;
export const RTA_GATEWAY = 5;
export const RTA_PRIORITY = 6;
export const RTA_METRICS = 8;
export const RTA_MULTIPATH = 9;
/** In RTA_METRICS. */
export const RTAX_MTU = 2;
export const RTA_TABLE = 15;
export const RTA_VIA = 18;

/** linux/if.h */
export const IFF_UP = 0x1;

/** linux/if_link.h */
export const IFLA_ADDRESS = 1;
export const IFLA_IFNAME = 3;
export const IFLA_MTU = 4;
export const IFLA_LINKINFO = 18;
export const IFLA_INFO_KIND = 1;

/** linux/if_addr.h */
export const IFA_ADDRESS = 1;
export const IFA_LOCAL = 2;
export const IFA_FLAGS = 8;
export const IFA_F_DADFAILED = 0x08;
export const IFA_F_TENTATIVE = 0x40;
export const IFA_F_OPTIMISTIC = 0x04;

/** linux/neighbour.h */
export const NDA_DST = 1;
export const NDA_LLADDR = 2;
export const NDA_PROTOCOL = 12;
export const NDA_FLAGS_EXT = 15;
export const NUD_NONE = 0x00;
export const NUD_REACHABLE = 0x02;
export const NUD_STALE = 0x04;
export const NUD_DELAY = 0x08;
export const NUD_PROBE = 0x10;
export const NUD_NOARP = 0x40;
export const NUD_PERMANENT = 0x80;
export const NTF_USE = 0x01;
export const NTF_PROXY = 0x08;
/** Since Linux 5.16; older kernels ignore the attribute. */
export const NTF_EXT_MANAGED = 0x01;
