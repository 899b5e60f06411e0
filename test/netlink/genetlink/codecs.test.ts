// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { decodeXdpFeatures, encodeDeviceRequest } from '#netlink/genetlink/device.js';
import { decodeFamilyId, encodeFamilyRequest } from '#netlink/genetlink/family.js';
import { RtnetlinkFormatError } from '#netlink/rtnetlink/attributes.js';
import { bytesOf } from '#test/netlink/rtnetlink/vectors.js';

// Payloads of messages that Linux 6.18 sent (little-endian host).
const FAMILY = // netdev, without its operations and multicast groups
  '010200000b0002006e657464657600000600010014000000080003000100000008000400000000000800050000000000';
const DEVICE_GRO = // a veth whose peer has GRO
  '0101000008000100070000000c00030067000000000000000c00050007000000000000000c0006000000000000000000';
const DEVICE_NO_GRO =
  '0101000008000100070000000c00030023000000000000000c00050007000000000000000c0006000000000000000000';

const decodes = test.macro({
  title: (_, what: string) => `${what} is read`,
  exec(t, _what: string, decode: (bytes: Uint8Array) => unknown, hex: string, expected: unknown) {
    const bytes = bytesOf(hex);
    t.deepEqual(decode(bytes), expected);
    // A cut between two attributes cannot be noticed. Any other cut must be a RtnetlinkFormatError.
    for (let length = 0; length < bytes.length; length++) {
      try {
        decode(bytes.subarray(0, length));
      } catch (error) {
        t.true(error instanceof RtnetlinkFormatError, `${length} bytes: ${String(error)}`);
      }
    }
    t.throws(() => decode(bytes.subarray(0, 3)), { code: 'ERR_RTNETLINK_FORMAT' });
    t.throws(() => decode(bytes.subarray(0, 6)), { code: 'ERR_RTNETLINK_FORMAT' });
  },
});
test(decodes, 'a family', decodeFamilyId, FAMILY, 20);
test(decodes, 'a device with ndo_xdp_xmit', decodeXdpFeatures, DEVICE_GRO, { ifindex: 7, bits: 0x67n });
test(decodes, 'a device without ndo_xdp_xmit', decodeXdpFeatures, DEVICE_NO_GRO, { ifindex: 7, bits: 0x23n });

test('a message without the requested attribute decodes to undefined', (t) => {
  t.is(decodeFamilyId(bytesOf('01020000')), undefined);
  t.is(decodeXdpFeatures(bytesOf('010100000800010007000000')), undefined);
});

test('attributes of another size are refused', (t) => {
  const refused = { instanceOf: RtnetlinkFormatError, message: /not [28]$/ };
  t.throws(() => decodeFamilyId(bytesOf('010200000800010014000000')), refused);
  t.throws(() => decodeXdpFeatures(bytesOf('0101000008000100070000000800030067000000')), refused);
});

test('a family is requested by its name, a device by its index', (t) => {
  t.is(Buffer.from(encodeFamilyRequest('netdev')).toString('hex'), '030100000b0002006e65746465760000');
  t.is(Buffer.from(encodeDeviceRequest(7)).toString('hex'), '010100000800010007000000');
});
