// SPDX-License-Identifier: Apache-2.0
import type { ApiClient } from '#api/client.js';

/**
 * For the message that an EID was not found: an EID without --instance-id is one of instance ID 0, which is easily
 * forgotten where the EIDs are in others. Empty where that cannot be the reason.
 */
export async function otherInstances(agent: ApiClient, instanceId = 0): Promise<string> {
  if (instanceId !== 0) return '';
  const others = (await agent.call('status')).instanceIds.filter((id) => id !== instanceId);
  const [first] = others;
  if (first === undefined) return '';
  return ` in instance ID 0; this router has ${others.join(', ')}: use --instance-id ${others.length === 1 ? first : 'N'}`;
}
