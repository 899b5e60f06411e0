// SPDX-License-Identifier: Apache-2.0
// Kernel parameters that XDP forwarding and EID detection depend on.
import {
  listSysctls,
  readSysctl,
  sysctlCommand,
  type SysctlKey,
  type SysctlWrite,
  writeSysctl,
} from './sysctl.js';

export interface KernelSettingsOptions {
  /** set: change wrong parameters; report: only report them. */
  readonly mode: 'set' | 'report';
  readonly eidInterfaces: readonly string[];
  readonly rlocInterfaces: readonly string[];
}

export interface KernelSettingsResult {
  /** Remaining problems, each with the exact command that fixes it. */
  readonly warnings: readonly string[];
  /** Changes that were made, as equivalent commands. */
  readonly changed: readonly string[];
}

/** One problem. */
interface Finding {
  readonly what: string;
  readonly writes: readonly SysctlWrite[];
}

/** Checks the parameters of this network namespace. With mode 'set' it also fixes them. */
export function checkKernelSettings(options: KernelSettingsOptions): KernelSettingsResult {
  const warnings: string[] = [];
  const changed: string[] = [];
  // In sequence: a write to ip_forward changes parameters that later checks read.
  for (const check of checks(options)) {
    const finding = check();
    if (finding === undefined) continue;
    const command = sysctlCommand(finding.writes);
    const failure = options.mode === 'set' ? applyAll(finding.writes) : undefined;
    if (options.mode === 'set' && failure === undefined) changed.push(command);
    else warnings.push(`${finding.what}: ${command}${failure === undefined ? '' : ` (refused: ${failure})`}`);
  }
  return { warnings, changed };
}

function applyAll(writes: readonly SysctlWrite[]): string | undefined {
  for (const write of writes) {
    const failure = writeSysctl(write);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function checks({ eidInterfaces, rlocInterfaces }: KernelSettingsOptions): (() => Finding | undefined)[] {
  const all = [...new Set([...eidInterfaces, ...rlocInterfaces])];
  return [
    () => forwardingEnabled(['net', 'ipv4', 'ip_forward'], 'IPv4'),
    () => forwardingEnabled(['net', 'ipv6', 'conf', 'all', 'forwarding'], 'IPv6'),
    ...all.flatMap((name) => [
      () => interfaceForwarding('ipv4', name),
      () => interfaceForwarding('ipv6', name),
    ]),
    () => noReversePathFilter(rlocInterfaces),
    ...all.filter((name) => !rlocInterfaces.includes(name)).map((name) => () => notStrict(name)),
    ...eidInterfaces.flatMap((name) => [() => gratuitousArp(name), () => unsolicitedNa(name)]),
  ];
}

/**
 * The kernel forwards what XDP passes to it: held packets, packets whose next hop is not resolved, native forwarding.
 * With net.ipv6.conf.all.forwarding the kernel ignores routes of Router Advertisements unless accept_ra is 2. That is
 * right for a router: its routes are configured or come from a routing protocol.
 */
function forwardingEnabled(key: SysctlKey, family: string): Finding | undefined {
  if (readSysctl(key) !== 0) return undefined;
  return { what: `the kernel does not forward ${family}`, writes: [{ key, value: 1 }] };
}

/** bpf_fib_lookup fails with FWD_DISABLED if forwarding is off on the ingress interface. */
function interfaceForwarding(family: 'ipv4' | 'ipv6', name: string): Finding | undefined {
  if (family === 'ipv6' && ipv6Disabled(name)) return undefined;
  const key = ['net', family, 'conf', name, 'forwarding'];
  if (readSysctl(key) !== 0) return undefined;
  return {
    what: `${name} does not forward ${family === 'ipv4' ? 'IPv4' : 'IPv6'}`,
    writes: [{ key, value: 1 }],
  };
}

/** The effective value: the maximum of the interface's value and `all`. */
function reversePathFilter(name: string): number {
  return Math.max(readSysctl(rpFilter('all')) ?? 0, readSysctl(rpFilter(name)) ?? 0);
}

function rpFilter(name: string): SysctlKey {
  return ['net', 'ipv4', 'conf', name, 'rp_filter'];
}

/**
 * A dynamic EID may be behind another interface than the one with its subnet. Until its host route exists, a strict
 * filter (1) would drop its packets. A loose filter (2) accepts them.
 */
function notStrict(name: string): Finding | undefined {
  if (reversePathFilter(name) !== 1) return undefined;
  return {
    what: `${name} drops packets of hosts that have just moved (strict rp_filter)`,
    writes: [{ key: rpFilter(name), value: 2 }],
  };
}

/**
 * Decapsulated packets that XDP passes to the kernel come from remote EIDs, which have no route in the underlay.
 * Without a default route even a loose filter drops them. If `all` filters, it is set to 0, and the other interfaces
 * get its old value.
 */
function noReversePathFilter(names: readonly string[]): Finding | undefined {
  const filtering = names.filter((name) => reversePathFilter(name) !== 0);
  if (filtering.length === 0) return undefined;
  const all = readSysctl(rpFilter('all')) ?? 0;
  const others = all === 0 ? [] : interfacesBelow(all).filter((other) => !names.includes(other));
  const writes = [
    ...others.map((other) => ({ key: rpFilter(other), value: all })),
    ...(all === 0 ? [] : [{ key: rpFilter('all'), value: 0 }]),
    ...filtering.map((name) => ({ key: rpFilter(name), value: 0 })),
  ];
  return {
    what: `decapsulated packets from remote EIDs are dropped on ${filtering.join(', ')} (rp_filter)`,
    writes,
  };
}

function interfacesBelow(value: number): string[] {
  const names = listSysctls(['net', 'ipv4', 'conf']).filter((name) => name !== 'all');
  return names.filter((name) => (readSysctl(rpFilter(name)) ?? value) < value);
}

/** A host that moved here announces itself by gratuitous ARP. It creates a neighbour entry only with arp_accept. */
function gratuitousArp(name: string): Finding | undefined {
  const value = (scope: string) => readSysctl(['net', 'ipv4', 'conf', scope, 'arp_accept']);
  if (value(name) === undefined || Math.max(value(name) ?? 0, value('all') ?? 0) > 0) return undefined;
  return {
    what: `${name} ignores gratuitous ARP, from which hosts are learnt`,
    writes: [{ key: ['net', 'ipv4', 'conf', name, 'arp_accept'], value: 1 }],
  };
}

/** The same for unsolicited Neighbor Advertisements (RFC 9131); Linux 5.19 and newer. */
function unsolicitedNa(name: string): Finding | undefined {
  const key = ['net', 'ipv6', 'conf', name, 'accept_untracked_na'];
  if (ipv6Disabled(name) || readSysctl(key) !== 0) return undefined;
  return {
    what: `${name} ignores unsolicited Neighbor Advertisements, from which hosts are learnt`,
    writes: [{ key, value: 1 }],
  };
}

function ipv6Disabled(name: string): boolean {
  return readSysctl(['net', 'ipv6', 'conf', name, 'disable_ipv6']) !== 0;
}
