// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import type { ControlMessage } from '#wire/index.js';
import { roundTrip } from '#test/helpers/codec.js';
import {
  encapsulatedControl,
  mapNotify,
  mapRegister,
  mapReply,
  mapRequest,
} from '#test/helpers/message-arbitraries.js';

const comesBack = test.macro({
  exec(t, messages: fc.Arbitrary<ControlMessage>) {
    fc.assert(fc.property(messages, (message) => void roundTrip(t, message)));
  },
  title: (name = '') => `every ${name} is read as it was written`,
});

test('Map-Request', comesBack, mapRequest);
test('Map-Reply', comesBack, mapReply);
test('Map-Register', comesBack, mapRegister);
test('Map-Notify and Map-Notify-Ack', comesBack, mapNotify);
test('Encapsulated Control Message', comesBack, encapsulatedControl);
