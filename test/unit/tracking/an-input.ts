import type { Input } from '../../../shared/domain/tracking/input.ts';

/** An event of nobody's, unless told. */
export const anInput = (input: Partial<Input> = {}): Input => ({
  kind: 'event',
  messageId: 'm-1',
  source: 'shop',
  origin: 'shop',
  occurredAt: '2026-11-25T12:00:00.000Z',
  receivedAt: '2026-11-25T12:00:00.000Z',
  identifiers: {},
  attributes: {},
  consents: [],
  context: {},
  ...((input.kind ?? 'event') === 'event' && { event: { name: 'Seen', properties: {} } }),
  ...input,
});
