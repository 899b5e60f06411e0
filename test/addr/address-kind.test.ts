// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import {
  isBroadcast,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isRoutableUnicast,
  isUnspecified,
  parseAddress,
} from '#addr/index.js';

const KINDS = { isUnspecified, isLoopback, isLinkLocal, isMulticast, isBroadcast, isRoutableUnicast };

const kind = test.macro({
  exec(t, text: string, expected: keyof typeof KINDS) {
    const address = parseAddress(text);
    for (const [name, is] of Object.entries(KINDS)) t.is(is(address), name === expected, name);
  },
  title: (_, text: string, expected: keyof typeof KINDS) => `${text}: ${expected} and nothing else`,
});

test(kind, '0.0.0.0', 'isUnspecified');
test(kind, '::', 'isUnspecified');
test(kind, '126.255.255.255', 'isRoutableUnicast');
test(kind, '127.0.0.0', 'isLoopback');
test(kind, '127.255.255.255', 'isLoopback');
test(kind, '128.0.0.0', 'isRoutableUnicast');
test(kind, '::1', 'isLoopback');
test(kind, '::2', 'isRoutableUnicast');
test(kind, '0.0.0.1', 'isRoutableUnicast');
test(kind, '169.253.255.255', 'isRoutableUnicast');
test(kind, '169.254.0.0', 'isLinkLocal');
test(kind, '169.254.255.255', 'isLinkLocal');
test(kind, '169.255.0.0', 'isRoutableUnicast');
test(kind, 'fe7f:ffff::', 'isRoutableUnicast');
test(kind, 'fe80::', 'isLinkLocal');
test(kind, 'febf:ffff::', 'isLinkLocal');
test(kind, 'fec0::', 'isRoutableUnicast');
test(kind, '223.255.255.255', 'isRoutableUnicast');
test(kind, '224.0.0.0', 'isMulticast');
test(kind, '239.255.255.255', 'isMulticast');
test(kind, '240.0.0.0', 'isRoutableUnicast');
test(kind, '255.255.255.254', 'isRoutableUnicast');
test(kind, '255.255.255.255', 'isBroadcast');
test(kind, 'feff:ffff::', 'isRoutableUnicast');
test(kind, 'ff00::', 'isMulticast');
test(kind, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'isMulticast');
test(kind, '10.0.0.1', 'isRoutableUnicast');
test(kind, 'fd00:1::2', 'isRoutableUnicast');
