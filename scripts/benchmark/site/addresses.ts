// SPDX-License-Identifier: Apache-2.0
// Addresses of the sites. One route covers the RLOCs of all others, so that only the EID tables grow.

/** By family: [4] and [6]. */
type ByFamily = Readonly<Record<4 | 6, string>>;

export const FAMILIES = [4, 6] as const;

export interface Site {
  readonly rloc: ByFamily;
  /** Prefix of its EIDs, and one of them. */
  readonly eids: ByFamily;
  readonly host: ByFamily;
}

/** Where the packets start, and in the figures of decapsulation end. */
export const WEST: Site = {
  rloc: { 4: '4.4.4.4', 6: 'fd00:4::4' },
  eids: { 4: '5.5.0.0/16', 6: 'fd05::/32' },
  host: { 4: '5.5.5.5', 6: 'fd05::5' },
};

/** The other end of the way through both. */
export const EAST: Site = {
  rloc: { 4: '6.6.6.6', 6: 'fd00:66::6' },
  eids: { 4: '7.7.0.0/16', 6: 'fd07::/32' },
  host: { 4: '7.7.7.7', 6: 'fd07::7' },
};

/** RLOCs that the sink stands for: many, behind one route. */
export const REMOTE_RLOCS: ByFamily = { 4: '2.2.0.0/16', 6: 'fd00:22::/32' };
export const FIRST_REMOTE_RLOC: ByFamily = { 4: '2.2.0.1', 6: 'fd00:22::1' };

/** EIDs behind them, by the family of the RLOC that they are mapped to. */
export const REMOTE_EIDS: Readonly<Record<4 | 6, ByFamily>> = {
  4: { 4: '1.1.1.1', 6: 'fd01::1' },
  6: { 4: '1.1.6.6', 6: 'fd01::6' },
};

/** What the kernel forwards by itself, plain and through its vxlan device. */
export const NATIVE_EIDS: ByFamily = { 4: '1.2.0.0/16', 6: 'fd02::/32' };
export const NATIVE_HOST: ByFamily = { 4: '1.2.1.1', 6: 'fd02::1' };
export const VXLAN_EIDS = '1.3.0.0/16';
export const VXLAN_HOST = '1.3.1.1';
