import type { Message } from '../../messaging/message.ts';
import type { Links } from './link-words.ts';

const names = ['source', 'medium', 'campaign', 'term', 'content'] as const;

/** What is added to the links of a message, by the parameter's name; nothing unless the campaign asks for it. */
export function utmOf(
  utm: Links['utm'],
  { channel, campaign, variant }: Pick<Message, 'channel' | 'campaign' | 'variant'>,
): readonly (readonly [name: string, value: string])[] {
  if (utm === undefined) return [];
  const given = { medium: channel, campaign, content: variant, ...utm };
  return names.flatMap((name) => {
    const value = given[name];
    return value === undefined ? [] : [[`utm_${name}`, value] as const];
  });
}

/** The link with the parameters it does not have already, before its `#fragment`; all else stays as it is written. */
export function withUtm(target: string, parameters: ReturnType<typeof utmOf>): string {
  const [address = '', ...fragment] = target.split('#');
  const at = address.indexOf('?');
  const query = at < 0 ? '' : address.slice(at + 1);
  const known = new Set(query.split('&').map((pair) => pair.split('=')[0]?.toLowerCase()));
  const missing = parameters
    .filter(([name]) => !known.has(name))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  if (missing.length === 0) return target;
  const joint = at < 0 ? '?' : query === '' || query.endsWith('&') ? '' : '&';
  return [address + joint + missing.join('&'), ...fragment].join('#');
}

/** Whether the clicks of a message are told of: unless set, those of marketing emails. */
export const isTracked = (
  links: Links | undefined,
  { kind, channel }: Pick<Message, 'kind' | 'channel'>,
): boolean => links?.track ?? (kind === 'marketing' && channel === 'email');
