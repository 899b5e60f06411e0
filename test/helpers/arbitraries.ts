// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import {
  type Address,
  ADDRESS_BITS,
  type Eid,
  type EidPrefix,
  MAX_INSTANCE_ID,
  maskedPrefix,
  type Prefix,
} from '#addr/index.js';

const bits32 = fc.bigInt({ min: 0n, max: (1n << 32n) - 1n });
const bits128 = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });

export const address: fc.Arbitrary<Address> = fc.oneof(
  bits32.map((bits): Address => ({ family: 4, bits })),
  bits128.map((bits): Address => ({ family: 6, bits })),
);

export const prefix: fc.Arbitrary<Prefix> = address.chain((of) =>
  fc.nat({ max: ADDRESS_BITS[of.family] }).map((length) => maskedPrefix(of, length)),
);

const instanceId = fc.oneof(fc.constant(0), fc.nat({ max: MAX_INSTANCE_ID }));

export const eid: fc.Arbitrary<Eid> = fc.record({ instanceId, address });

export const eidPrefix: fc.Arbitrary<EidPrefix> = fc.record({ instanceId, prefix });
