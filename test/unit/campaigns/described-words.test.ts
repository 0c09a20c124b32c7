import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { campaignSchema } from '../../../shared/domain/campaigns/campaign.ts';
import { sendingPolicySchema } from '../../../shared/domain/messaging/policy/sending-policy.ts';
import { webhookEndpointSchema } from '../../../shared/domain/messaging/webhook-endpoint.ts';

type Schema = {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
};

/** Conditions on properties are those of segments: their words tell themselves. */
const isCondition = (path: string): boolean => path.endsWith('.where[]');

/** The paths of the words of which nothing is said. */
function untold({ properties = {}, items }: Schema, path: string): readonly string[] {
  if (isCondition(path)) return [];
  const own = Object.entries(properties).flatMap(([name, word]) => [
    ...(word.description === undefined ? [`${path}.${name}`] : []),
    ...untold(word, `${path}.${name}`),
  ]);
  return items === undefined ? own : [...own, ...untold(items, `${path}[]`)];
}

describe('whoever reads the API', () => {
  it.each([
    ['a campaign', campaignSchema],
    ['the sending policy', sendingPolicySchema],
    ['a webhook', webhookEndpointSchema],
  ])('is told what each word of %s does', (_, schema) => {
    // JSON Schema, as the OpenAPI document has it.
    const written = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
    expect(Object.keys(written.properties ?? {})).not.toEqual([]);
    expect(untold(written, '')).toEqual([]);
  });
});
