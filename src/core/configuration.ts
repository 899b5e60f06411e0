// SPDX-License-Identifier: Apache-2.0
import type { InstanceId } from '#addr/index.js';
import type { MapServerConfig, XtrConfig } from '#control/contract/config.js';
import type { PuntReason } from '#control/contract/inputs.js';

export interface InterfaceConfig {
  readonly name: string;
  /** Both may sit on one interface. */
  readonly roles: readonly ('eid' | 'rloc')[];
  /** Table of the EIDs behind an EID-facing interface. */
  readonly instanceId: InstanceId;
}

/** A whole node as configured. Interface indexes are looked up at start, so `xtr` has none yet. */
export interface Configuration {
  /** Instance name: pins, log and socket carry it. */
  readonly name: string;
  readonly interfaces: readonly InterfaceConfig[];
  /** Undefined on a node that is Map-Server and Map-Resolver only. */
  readonly xtr: Omit<XtrConfig, 'eidInterfaces'> | undefined;
  readonly mapServer: MapServerConfig | undefined;
  readonly dataPath: {
    /** native: fail when the driver cannot; auto: generic then, said in log and status. */
    readonly xdpMode: 'auto' | 'native' | 'generic';
    readonly bpfFilesystem: string;
    readonly locatorSets: number;
    readonly locators: number;
    /** Bytes, a power of two. */
    readonly puntRing: number;
    /** Packets that XDP may hand to the agent, a second and CPU. */
    readonly puntRates_pps: Readonly<Record<PuntReason, number>>;
  };
  /** set: the agent sets what netlink/kernel/kernel-settings.ts finds wrong; report: it prints the commands that would. */
  readonly kernelSettings: 'set' | 'report';
  readonly apiSocket: string;
  /** Where nonces and the generated xTR-ID are kept over restarts. */
  readonly stateDirectory: string;
  /** Where a recording of the run goes, and how long it gets; undefined records nothing. */
  readonly recording: { readonly file: string; readonly maxBytes: number } | undefined;
  readonly log: { readonly level: 'error' | 'warn' | 'info' | 'debug' };
}
