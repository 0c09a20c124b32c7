import type { Asked } from '../asked.ts';
import { command, type Finding, judged, madeAnew, ok, warning, wrong } from '../finding.ts';

/** What SES says of the sender's domain. */
export type DomainFacts = {
  readonly domain: string;
  /** Whether emails of it are taken. */
  readonly isVerified: boolean;
  readonly dkim: {
    /** SUCCESS, PENDING, FAILED, TEMPORARY_FAILURE or NOT_STARTED. */
    readonly status: string;
    readonly isSigning: boolean;
    readonly records: readonly { readonly name: string; readonly target: string }[];
  };
  /** Undefined: bounces go to a domain of SES's own. */
  readonly mailFrom:
    | { readonly domain: string; readonly status: string; readonly rejectsOnFailure: boolean }
    | undefined;
};

/** What the DNS says, as any receiver would hear it. */
export type DomainRecords = {
  /** By the name of a DKIM record: what it points to, or the key that stands there itself. */
  readonly dkim: Readonly<Record<string, readonly string[]>>;
  /** Hosts in the MX records of the MAIL FROM domain. */
  readonly mailFromHosts: readonly string[];
  readonly mailFromTexts: readonly string[];
};

export type DomainQuestion = {
  readonly region: string;
  /** Undefined: the domain has no identity here. */
  readonly identity: Asked<DomainFacts | undefined>;
  readonly records: Asked<DomainRecords>;
};

export function checkDomain({ region, identity, records }: DomainQuestion): readonly Finding[] {
  return judged('sender domain', identity, (facts) => {
    if (facts === undefined) {
      return wrong(
        'sender domain',
        'SES does not know the domain in this region: no email goes out.',
        madeAnew('the identity'),
      );
    }
    return [
      verifiedFinding(facts),
      ...dkimFindings(facts, records),
      ...mailFromFindings(facts, records, region),
    ];
  });
}

const verifiedFinding = ({ domain, isVerified }: DomainFacts): Finding =>
  isVerified
    ? ok('sender domain', `SES sends for ${domain}.`)
    : wrong(
        'sender domain',
        `SES does not send for ${domain} yet: emails wait, and after days they are given up.`,
        'Add the DKIM records (below) to the DNS of the domain; SES looks for 72 hours.',
      );

function dkimFindings(
  { domain, dkim }: DomainFacts,
  asked: Asked<DomainRecords>,
): readonly Finding[] {
  if (!dkim.isSigning) {
    return [
      wrong(
        'DKIM',
        `SES does not sign emails of ${domain}: Gmail and Yahoo refuse them.`,
        command(
          'Switch signing on:',
          `aws sesv2 put-email-identity-dkim-attributes --email-identity ${domain} --signing-enabled`,
        ),
      ),
    ];
  }
  return judged('DKIM', asked, (records) => {
    const missing = dkim.records.filter(
      ({ name, target }) => !(records.dkim[name] ?? []).some((value) => isKey(value, target)),
    );
    return dkimFinding({ domain, dkim }, missing);
  });
}

/** Some DNS hosts answer with the key that the alias leads to instead of the alias. */
const isKey = (value: string, target: string): boolean =>
  value.replace(/\.$/, '').toLowerCase() === target.toLowerCase() || /(^|;)\s*p=/.test(value);

function dkimFinding(
  { domain, dkim }: Pick<DomainFacts, 'domain' | 'dkim'>,
  missing: DomainFacts['dkim']['records'],
): Finding {
  const lines = missing.map(({ name, target }) => `${name}  CNAME  ${target}`);
  const { length: all } = dkim.records;
  if (missing.length > 0) {
    const found = `${missing.length} of ${all} DKIM records of ${domain} are not in the DNS`;
    const fix = command('Add to the DNS of the domain:', ...lines);
    return dkim.status === 'SUCCESS'
      ? warning('DKIM', `${found}: SES still signs, until it looks again.`, fix)
      : wrong('DKIM', `${found} (SES: ${dkim.status}).`, fix);
  }
  switch (dkim.status) {
    case 'SUCCESS':
      return ok('DKIM', `SES signs for ${domain}; all ${all} records are there.`);
    case 'PENDING':
    case 'TEMPORARY_FAILURE':
      return warning(
        'DKIM',
        `The records are there; SES has not seen them yet (${dkim.status}).`,
        'Wait: SES looks again by itself, mostly within an hour.',
      );
    default:
      return wrong(
        'DKIM',
        `The records are there, but SES has given up looking (${dkim.status}).`,
        command(
          'Have it look again:',
          `aws sesv2 put-email-identity-dkim-signing-attributes --email-identity ${domain} --signing-attributes-origin AWS_SES`,
        ),
      );
  }
}

function mailFromFindings(
  { domain, mailFrom }: DomainFacts,
  asked: Asked<DomainRecords>,
  region: string,
): readonly Finding[] {
  if (mailFrom === undefined) {
    return [
      warning(
        'MAIL FROM',
        `Bounces of ${domain} go to a domain of SES's own: DMARC rests on DKIM alone.`,
        command(
          'Set a domain of yours, then add the records the doctor will name:',
          `aws sesv2 put-email-identity-mail-from-attributes --email-identity ${domain} --mail-from-domain mail.${domain}`,
        ),
      ),
    ];
  }
  const host = `feedback-smtp.${region}.amazonses.com`;
  return judged('MAIL FROM', asked, (records) => {
    const lines = [
      ...(hasHost(records.mailFromHosts, host) ? [] : [`${mailFrom.domain}  MX   10 ${host}`]),
      ...(records.mailFromTexts.some(isSpf)
        ? []
        : [`${mailFrom.domain}  TXT  "v=spf1 include:amazonses.com ~all"`]),
    ];
    const others = records.mailFromHosts.filter((name) => !hasHost([name], host));
    return mailFromFinding(mailFrom, { lines, others });
  });
}

const hasHost = (hosts: readonly string[], host: string): boolean =>
  hosts.some((name) => name.replace(/\.$/, '').toLowerCase() === host);

const isSpf = (text: string): boolean =>
  /^v=spf1\s/i.test(text) && /\binclude:amazonses\.com\b/i.test(text);

function mailFromFinding(
  { domain, status, rejectsOnFailure }: NonNullable<DomainFacts['mailFrom']>,
  { lines, others }: { readonly lines: readonly string[]; readonly others: readonly string[] },
): Finding {
  const consequence = rejectsOnFailure
    ? 'emails are refused until it is'
    : "until then bounces go to SES's own domain";
  if (lines.length > 0) {
    const what = `${domain} is not set up in the DNS (SES: ${status}); ${consequence}.`;
    const fix = command('Add to the DNS of the domain:', ...lines);
    return rejectsOnFailure ? wrong('MAIL FROM', what, fix) : warning('MAIL FROM', what, fix);
  }
  if (others.length > 0) {
    return wrong(
      'MAIL FROM',
      `${domain} has other MX records too (${others.join(', ')}): SES allows exactly one.`,
      'Remove the others; a domain that receives mail cannot be the MAIL FROM domain.',
    );
  }
  switch (status) {
    case 'SUCCESS':
      return ok('MAIL FROM', `${domain} takes the bounces.`);
    default:
      return warning(
        'MAIL FROM',
        `The records of ${domain} are there; SES has not seen them yet (${status}).`,
        'Wait: SES looks again by itself, for up to 72 hours.',
      );
  }
}
