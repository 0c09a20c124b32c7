import type { Channel, ConsentChange } from '../consent/consent.ts';
import type { IdentifierKind } from '../identity/identifier.ts';
import type { Input } from './input.ts';

/** The identifier that is the address of a channel; the other channels have addresses of their own. */
const addressOf: Readonly<Record<Channel, IdentifierKind | undefined>> = {
  email: 'email',
  sms: 'phone',
  call: 'phone',
  whatsapp: 'phone',
  push: undefined,
  webhook: undefined,
  telegram: undefined,
};

const isAbout = ({ channel }: ConsentChange, kinds: readonly IdentifierKind[]): boolean =>
  kinds.some((kind) => addressOf[channel] === kind);

/**
 * What counts for the person an input is put to when some of its addresses belong to others: a yes to
 * an address of somebody else is no yes to the person's own. A no is kept: it can only be too careful.
 */
export const ownConsents = (
  consents: readonly ConsentChange[],
  others: readonly IdentifierKind[],
): ConsentChange[] => consents.filter((change) => !change.given || !isAbout(change, others));

/**
 * What an input says to the owner of an address in it who is not the person it is put to: each no,
 * and nothing else. Its message id is made of the input's, so that it is recorded once.
 */
export function withdrawalsOf(input: Input, kind: IdentifierKind): Input | undefined {
  const consents = input.consents.filter((change) => !change.given && isAbout(change, [kind]));
  if (consents.length === 0) return undefined;
  const { source, origin, occurredAt, receivedAt } = input;
  return {
    kind: 'identify',
    messageId: `${input.messageId}#${kind}`,
    source,
    origin,
    occurredAt,
    receivedAt,
    identifiers: {},
    attributes: {},
    consents,
    context: {},
  };
}
