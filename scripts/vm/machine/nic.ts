// SPDX-License-Identifier: Apache-2.0

/** With guest offloads, the host may pass packets to the guest with unfinished checksums and segmentation. */
export interface Nic {
  readonly mac: string;
  /** `stream`: a cable to another machine; one end listens, the other connects. `tap`: a device of the host. */
  readonly to:
    | { readonly stream: string; readonly listens: boolean }
    | { readonly tap: string; readonly queues: number };
  /** Further properties of virtio-net-pci. */
  readonly properties?: string;
}

export function nicArguments({ mac, to, properties }: Nic, index: number): string[] {
  const device = `virtio-net-pci,netdev=net${index},id=nic${index},mac=${mac}`;
  const more = properties === undefined ? '' : `,${properties}`;
  if ('stream' in to)
    return [
      ...[
        '-netdev',
        `stream,id=net${index},addr.type=unix,addr.path=${to.stream},server=${onOff(to.listens)}`,
      ],
      ...['-device', `${device}${more}`],
    ];
  const several = to.queues > 1 ? `,mq=on,vectors=${2 * to.queues + 2}` : '';
  return [
    ...[
      '-netdev',
      `tap,id=net${index},ifname=${to.tap},queues=${to.queues},vhost=off,script=no,downscript=no`,
    ],
    ...['-device', `${device}${several}${more}`],
  ];
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}
