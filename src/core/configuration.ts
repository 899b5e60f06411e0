// SPDX-License-Identifier: Apache-2.0
import type { InstanceId } from '#addr/index.js';
import type { MapServerConfig, XtrConfig } from '#control/contract/config.js';
import type { PuntReason } from '#control/contract/inputs.js';

export interface InterfaceConfig {
  readonly name: string;
  /** One interface may have both roles. */
  readonly roles: readonly ('eid' | 'rloc')[];
  /** Instance ID of the EIDs behind an EID-facing interface. */
  readonly instanceId: InstanceId;
}

/** The configuration of a node. `xtr` has no interface indexes, since they are looked up at start. */
export interface Configuration {
  /** Instance name, used in pins, log and socket. */
  readonly name: string;
  readonly interfaces: readonly InterfaceConfig[];
  /** Undefined on a node that is Map-Server and Map-Resolver only. */
  readonly xtr: Omit<XtrConfig, 'eidInterfaces'> | undefined;
  readonly mapServer: MapServerConfig | undefined;
  readonly dataPath: {
    /**
     * native: fail if the driver has no native XDP. auto: use generic XDP then, and report it in log and
     * status.
     */
    readonly xdpMode: 'auto' | 'native' | 'generic';
    readonly bpfFilesystem: string;
    readonly locatorSets: number;
    readonly locators: number;
    /** Size in bytes, a power of two. */
    readonly puntRing: number;
    /** Maximum punts a second and CPU, by reason. */
    readonly puntRates_pps: Readonly<Record<PuntReason, number>>;
  };
  /**
   * set: the agent changes the settings that netlink/kernel/kernel-settings.ts finds wrong. report: it prints
   * the commands.
   */
  readonly kernelSettings: 'set' | 'report';
  readonly apiSocket: string;
  /** Directory of the nonces and the generated xTR-ID, which survive restarts. */
  readonly stateDirectory: string;
  /** File and maximum size of the recording; undefined: no recording. */
  readonly recording: { readonly file: string; readonly maxBytes: number } | undefined;
  readonly log: { readonly level: 'error' | 'warn' | 'info' | 'debug' };
}
