import type { Asked } from '../asked.ts';
import { command, type Finding, judged, ok, warning, wrong } from '../finding.ts';

/** The TXT records under `_dmarc` of a domain and of those above it, the nearest first. */
export type DmarcFacts = readonly {
  readonly domain: string;
  readonly records: readonly string[];
}[];

const policies = ['none', 'quarantine', 'reject'];

export const checkDmarc = (domain: string, asked: Asked<DmarcFacts>): readonly Finding[] =>
  judged('DMARC', asked, (facts) => judgeDmarc(domain, facts));

/** As receivers read it: RFC 7489, with the walk up the tree of RFC 9989 instead of a list of suffixes. */
function judgeDmarc(domain: string, facts: DmarcFacts): Finding {
  const claims = facts.map((place) => ({
    ...place,
    records: place.records.filter((record) => /^v\s*=\s*DMARC1\b/i.test(record.trim())),
  }));
  const mistyped = facts
    .find((place) => place.domain === domain)
    ?.records.find((record) => /dmarc/i.test(record));
  const place = claims.find(({ records }) => records.length > 0);
  if (place === undefined) return missing(domain, mistyped);
  const [record = '', ...others] = place.records;
  if (others.length > 0) {
    return wrong(
      'DMARC',
      `${place.domain} has ${others.length + 1} DMARC records: receivers then act as if there were none.`,
      `Keep one TXT record at _dmarc.${place.domain} and remove the others.`,
    );
  }
  return judgeRecord(record, { domain, at: place.domain });
}

const recordToAdd = (domain: string): string =>
  `_dmarc.${domain}  TXT  "v=DMARC1; p=none; rua=mailto:dmarc@${domain}"`;

const missing = (domain: string, mistyped: string | undefined): Finding =>
  wrong(
    'DMARC',
    mistyped === undefined
      ? `${domain} has no DMARC record: Gmail and Yahoo refuse bulk mail without one.`
      : `The record at _dmarc.${domain} is none: it must begin with "v=DMARC1".`,
    command('Add this record to the DNS of the domain:', recordToAdd(domain)),
  );

function judgeRecord(
  record: string,
  { domain, at }: { readonly domain: string; readonly at: string },
): Finding {
  const tags = tagsOf(record);
  const where = `_dmarc.${at}`;
  if (tags === undefined) {
    return wrong(
      'DMARC',
      `${where} cannot be read: "${record}".`,
      command('Write tags as name=value, parted by semicolons:', recordToAdd(at)),
    );
  }
  // What stands above a domain says what holds below it by a tag of its own.
  const policy = (at === domain ? undefined : tags.get('sp')) ?? tags.get('p');
  if (policy === undefined || !policies.includes(policy.toLowerCase())) {
    return wrong(
      'DMARC',
      policy === undefined
        ? `${where} has no policy ("p="): receivers do not count it.`
        : `${where} has the policy "${policy}", which nobody knows.`,
      command('Say none, quarantine or reject:', recordToAdd(at)),
    );
  }
  if (policy.toLowerCase() === 'none') {
    return warning(
      'DMARC',
      `${where} only watches (p=none): anybody can write in your name.`,
      tags.has('rua')
        ? 'When the reports of some weeks show only your own senders, set p=quarantine, then p=reject.'
        : command(
            'Have reports sent to you; when those of some weeks show only your own senders, go on to p=quarantine:',
            recordToAdd(at),
          ),
    );
  }
  return ok('DMARC', `${where} says ${policy.toLowerCase()}.`);
}

/** Undefined when the record is malformed. */
function tagsOf(record: string): ReadonlyMap<string, string> | undefined {
  const parts = record.split(';').map((part) => part.trim());
  const tags = new Map<string, string>();
  for (const part of parts) {
    if (part === '') continue;
    const [, name, value] = /^([a-z]+)\s*=\s*(.+)$/i.exec(part) ?? [];
    if (name === undefined || value === undefined || tags.has(name.toLowerCase())) return undefined;
    tags.set(name.toLowerCase(), value.trim());
  }
  return tags;
}
