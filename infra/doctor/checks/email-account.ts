import type { Asked } from '../asked.ts';
import { command, type Finding, judged, ok, warning, wrong } from '../finding.ts';
import { near } from '../near.ts';

/** What SES says of the account in this region. */
export type EmailAccountFacts = {
  readonly hasProductionAccess: boolean;
  readonly isSendingEnabled: boolean;
  /** HEALTHY, PROBATION or SHUTDOWN. */
  readonly enforcement: string | undefined;
  /** Undefined: no limit, or none was told. */
  readonly perDay: number | undefined;
  readonly perSecond: number | undefined;
  readonly sentLastDay: number;
  /** Why the account puts addresses onto its list: BOUNCE, COMPLAINT. */
  readonly suppressedReasons: readonly string[];
};

const limitForm =
  'Ask AWS in the console: Service Quotas > Amazon SES > "Sending quota" and "Sending rate".';

export const checkEmailAccount = (asked: Asked<EmailAccountFacts>): readonly Finding[] =>
  judged('email sending', asked, (facts) => [
    sandboxFinding(facts),
    sendingFinding(facts),
    quotaFinding(facts),
    suppressionFinding(facts),
  ]);

const sandboxFinding = ({ hasProductionAccess, perDay, perSecond }: EmailAccountFacts): Finding =>
  hasProductionAccess
    ? ok('email sandbox', `SES lets the account write to anybody${rateText(perDay, perSecond)}.`)
    : wrong(
        'email sandbox',
        `SES keeps the account in its sandbox: only verified addresses get mail${rateText(perDay, perSecond)}.`,
        command(
          'Ask AWS for production access (a person answers within about a day):',
          'aws sesv2 put-account-details --production-access-enabled --mail-type MARKETING --contact-language EN --website-url https://www.example.com',
        ),
      );

const rateText = (perDay: number | undefined, perSecond: number | undefined): string =>
  perDay === undefined || perSecond === undefined
    ? ''
    : `; ${perDay.toLocaleString('en-US')} a day, ${perSecond.toLocaleString('en-US')} a second`;

function sendingFinding({ isSendingEnabled, enforcement }: EmailAccountFacts): Finding {
  const inConsole =
    'Read what AWS wrote to the account, repair it, and answer: SES console > Reputation metrics.';
  if (enforcement === 'SHUTDOWN') {
    return wrong('email sending', 'AWS has stopped the sending of this account.', inConsole);
  }
  if (!isSendingEnabled) {
    return wrong(
      'email sending',
      'Sending is switched off in this region: emails wait, and after days they are given up.',
      command('Switch it on:', 'aws sesv2 put-account-sending-attributes --sending-enabled'),
    );
  }
  if (enforcement === 'PROBATION') {
    return warning('email sending', 'AWS has put the account under review.', inConsole);
  }
  return ok('email sending', `Enabled${enforcement === undefined ? '' : `, ${enforcement}`}.`);
}

function quotaFinding({ perDay, sentLastDay }: EmailAccountFacts): Finding {
  if (perDay === undefined) return ok('email quota', 'No daily limit.');
  const share = `${sentLastDay.toLocaleString('en-US')} of ${perDay.toLocaleString('en-US')} emails sent within 24 hours`;
  switch (near(sentLastDay, perDay)) {
    case 'over':
      return wrong('email quota', `${share}: the rest waits.`, limitForm);
    case 'near':
      return warning('email quota', `${share}: it is nearly used up.`, limitForm);
    case 'far':
      return ok('email quota', `${share}.`);
  }
}

const wanted = ['BOUNCE', 'COMPLAINT'];

/** The product keeps a list of its own; SES's stands behind it, and behind everything else that sends. */
function suppressionFinding({ suppressedReasons }: EmailAccountFacts): Finding {
  const missing = wanted.filter((reason) => !suppressedReasons.includes(reason));
  return missing.length === 0
    ? ok(
        'account suppression',
        'SES keeps addresses that bounce or complain from all of the account.',
      )
    : warning(
        'account suppression',
        `SES does not suppress for ${missing.join(' and ')}: what else sends from this account may ruin its reputation.`,
        command(
          'Switch it on:',
          `aws sesv2 put-account-suppression-attributes --suppressed-reasons ${wanted.join(' ')}`,
        ),
      );
}

/** Shares of all mail, 0 to 1; undefined: CloudWatch has none of the last days. */
export type ReputationFacts = {
  readonly bounceRate: number | undefined;
  readonly complaintRate: number | undefined;
};

/** SES reviews an account at the first and may stop it at the second. */
const limits = {
  bounce: { review: 0.05, stop: 0.1 },
  complaint: { review: 0.001, stop: 0.005 },
} as const;

export const checkReputation = (asked: Asked<ReputationFacts>): readonly Finding[] =>
  judged('email reputation', asked, ({ bounceRate, complaintRate }) =>
    bounceRate === undefined && complaintRate === undefined
      ? ok('email reputation', 'Nothing is told yet: too little was sent.')
      : [...rateFinding('bounce', bounceRate), ...rateFinding('complaint', complaintRate)],
  );

function rateFinding(kind: keyof typeof limits, rate: number | undefined): readonly Finding[] {
  if (rate === undefined) return [];
  const check = `${kind} rate`;
  const { review, stop } = limits[kind];
  const clean =
    'Find the campaigns by their reports, clean their audiences, and send to those who asked for it.';
  const text = `${percent(rate)} of emails ${kind === 'bounce' ? 'bounce' : 'are complained about'}`;
  if (rate >= stop)
    return [wrong(check, `${text}: AWS stops accounts at ${percent(stop)}.`, clean)];
  if (rate >= review) {
    return [warning(check, `${text}: AWS reviews accounts at ${percent(review)}.`, clean)];
  }
  return [ok(check, `${text}.`)];
}

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;
