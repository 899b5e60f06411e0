// SPDX-License-Identifier: Apache-2.0
import type { ApiClient } from '#api/client.js';

/**
 * A hint for the message that an EID was not found: without --instance-id, an EID belongs to instance ID 0, and the
 * user may have meant another one. Empty if that cannot be the reason.
 */
export async function otherInstances(agent: ApiClient, instanceId = 0): Promise<string> {
  if (instanceId !== 0) return '';
  const others = (await agent.call('status')).instanceIds.filter((id) => id !== instanceId);
  const [first] = others;
  if (first === undefined) return '';
  return ` in instance ID 0; this router has ${others.join(', ')}: use --instance-id ${others.length === 1 ? first : 'N'}`;
}
