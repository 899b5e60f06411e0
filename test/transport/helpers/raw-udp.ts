// SPDX-License-Identifier: Apache-2.0
import type { Namespace } from '#test/netlink/helpers/namespace.js';

/** Python, since node:dgram cannot send a wrong checksum or show a received one; Python has raw sockets. */
const PRELUDE = `
import socket, struct, sys
def family(address): return socket.AF_INET6 if ':' in address else socket.AF_INET
def checksum(source, destination, datagram):
    data = socket.inet_pton(family(source), source) + socket.inet_pton(family(source), destination)
    data += struct.pack('!II', len(datagram), 17) # the same sum as the shorter pseudo-header of IPv4
    data += datagram + bytes(len(datagram) % 2)
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
`;

const SEND = `${PRELUDE}
source, destination, source_port, mode, text = sys.argv[1:]
def datagram(value): return struct.pack('!HHHH', int(source_port), 4342, 8 + len(text), value) + text.encode()
right = checksum(source, destination, datagram(0)) or 0xffff
value = {'right': right, 'wrong': right ^ 0x0101, 'absent': 0}[mode]
with socket.socket(family(source), socket.SOCK_RAW, 17) as raw:
    raw.bind((source, 0))
    raw.sendto(datagram(value), (destination, 0))
`;

const RECEIVE = `${PRELUDE}
own = sys.argv[1]
with socket.socket(family(own), socket.SOCK_RAW, 17) as raw:
    raw.bind((own, 0))
    data, source = raw.recvfrom(2000)
    if ':' not in own: data = data[(data[0] & 15) * 4:] # an IPv4 raw socket gives the IP header too
    value = struct.unpack_from('!H', data, 6)[0]
    print('absent' if value == 0 else 'right' if checksum(source[0], own, data) == 0 else 'wrong')
`;

export type Checksum = 'right' | 'wrong' | 'absent';

export interface RawDatagram {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly checksum: Checksum;
  readonly text: string;
}

/** Sends a datagram to port 4342 with this checksum. */
export async function sendRaw(namespace: Namespace, datagram: RawDatagram): Promise<void> {
  const { from, to, fromPort, checksum, text } = datagram;
  await namespace.exec('python3', '-c', SEND, from, to, String(fromPort), checksum, text);
}

/** The checksum of the next UDP datagram to this address. */
export async function receiveRaw(namespace: Namespace, address: string): Promise<Checksum> {
  return (await namespace.exec('python3', '-c', RECEIVE, address)).trim() as Checksum;
}
