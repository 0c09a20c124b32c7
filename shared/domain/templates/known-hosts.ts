import { type TemplateContent, wordsOfAll } from './template.ts';
import { sourcesOf } from './template-words.ts';

/** What a value may add to a host, as in `https://shop.example{{ path }}`, shows in the finished link. */
const written = /https?:\/\/([\p{L}\p{N}._[\]:-]+)/giu;

/** Without the point of a sentence. */
function withoutEnd(address: string): string {
  let end = address.length;
  while ('.:'.includes(address[end - 1] ?? '/')) end -= 1;
  return address.slice(0, end);
}

const hostOf = (address: string): string | undefined => URL.parse(address)?.host;

/** All that its author wrote: what stands for a missing value is theirs too. */
const textsOf = (content: TemplateContent): readonly string[] => [
  ...wordsOfAll(content).flatMap((words) => sourcesOf(words).map(([, text]) => text)),
  ...Object.values(content.defaults ?? {}).map(String),
];

/**
 * Tells the links that may lead through the company's own address: to a host that the template names,
 * or at the sender's domain or below it. Where another one stands, somebody's data wrote it (a name
 * can be an address), and whoever can post a lead would have links of the company lead to their own.
 * `sender` like `Shop <news@shop.example>`.
 */
export function knownHosts(content: TemplateContent, sender: string): (target: string) => boolean {
  const named = textsOf(content).flatMap((text) =>
    [...text.matchAll(written)].flatMap(([address]) => hostOf(withoutEnd(address)) ?? []),
  );
  const hosts = new Set(named);
  const [, domain = ''] = /@([^@<>\s]+)>?\s*$/.exec(sender.toLowerCase()) ?? [];
  return (target) => {
    const host = hostOf(target);
    if (host === undefined) return false;
    return hosts.has(host) || (domain !== '' && `.${host}`.endsWith(`.${domain}`));
  };
}
