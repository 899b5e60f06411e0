// SPDX-License-Identifier: Apache-2.0
import type { Namespace } from '../../netlink/helpers/namespace.js';

/** Sends a UDP datagram with a given checksum: node:dgram would compute it. */
const PROGRAM = `
import socket, struct, sys
family, source, destination, source_port, mode, text = sys.argv[1:]
af = socket.AF_INET if family == '4' else socket.AF_INET6
payload = text.encode()
length = 8 + len(payload)
pseudo = socket.inet_pton(af, source) + socket.inet_pton(af, destination)
pseudo += struct.pack('!HH', 17, length) if family == '4' else struct.pack('!II', length, 17)
def datagram(checksum):
    return struct.pack('!HHHH', int(source_port), 4342, length, checksum) + payload
def checksum(data):
    data += b'\\0' * (len(data) % 2)
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff or 0xffff
right = checksum(pseudo + datagram(0))
value = {'right': right, 'wrong': right ^ 0x0101, 'absent': 0}[mode]
with socket.socket(af, socket.SOCK_RAW, 17) as raw:
    raw.bind((source, 0))
    raw.sendto(datagram(value), (destination, 0))
`;

export type Checksum = 'right' | 'wrong' | 'absent';

export async function sendRaw(
  namespace: Namespace,
  {
    from,
    to,
    fromPort,
    checksum,
    text,
  }: { from: string; to: string; fromPort: number; checksum: Checksum; text: string },
): Promise<void> {
  const family = from.includes(':') ? '6' : '4';
  await namespace.exec('python3', '-c', PROGRAM, family, from, to, String(fromPort), checksum, text);
}
