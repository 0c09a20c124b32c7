import type { Asked } from '../asked.ts';
import { command, type Finding, judged, ok, unknown, warning, wrong } from '../finding.ts';
import { near } from '../near.ts';

export type TextSettings = {
  readonly isSandbox: boolean;
  /** USD a month; undefined: AWS's own limit for the account holds, 1 USD unless it was raised. */
  readonly monthlyLimitUsd: number | undefined;
  readonly statusRole: string | undefined;
  /** Percent of delivered SMS that are written of. */
  readonly statusSamplingPercent: number | undefined;
};

export type TextFacts = {
  /** Whether a campaign is made that sends SMS; who sends none needs none of this. */
  readonly isUsed: Asked<boolean>;
  readonly settings: Asked<TextSettings>;
  /** Undefined: CloudWatch tells of none this month. */
  readonly spentUsd: Asked<number | undefined>;
  /** Of the log groups that SNS writes to, those that nobody hands to the product. */
  readonly unreadGroups: Asked<readonly string[]>;
  /** The output TextStatusSetup: commands that set up what carriers say. */
  readonly statusSetup: string | undefined;
};

export function checkTexts(facts: TextFacts): readonly Finding[] {
  const { isUsed } = facts;
  if (isUsed.kind === 'known' && !isUsed.value) {
    return [ok('SMS', 'No campaign sends SMS: what they need was not looked at.')];
  }
  // Where it is not known whether any are sent, nobody is told that it is wrong.
  const say = isUsed.kind === 'known' ? wrong : warning;
  return [
    ...(isUsed.kind === 'known' ? [] : [unknown('SMS', isUsed.why, 'See "campaigns" below.')]),
    ...judged('SMS sandbox', facts.settings, ({ isSandbox }) =>
      isSandbox
        ? say(
            'SMS sandbox',
            'SNS keeps the account in its SMS sandbox: only verified numbers get texts.',
            'Ask AWS in the console: Amazon SNS > Text messaging (SMS) > "Exit SMS sandbox".',
          )
        : ok('SMS sandbox', 'SNS lets the account write to anybody.'),
    ),
    ...spendFindings(facts),
    ...statusFindings(facts, say),
  ];
}

/** What AWS lets a new account spend. */
const firstLimitUsd = 1;

function spendFindings({ settings, spentUsd }: TextFacts): readonly Finding[] {
  return judged('SMS spend', settings, ({ monthlyLimitUsd }) =>
    judged('SMS spend', spentUsd, (spent = 0) => {
      const limit = monthlyLimitUsd ?? firstLimitUsd;
      const text = `${dollars(spent)} of ${dollars(limit)} spent on SMS this month`;
      const fix = command(
        'Raise the limit (beyond what AWS allows the account, ask for it: Service Quotas > Amazon SNS):',
        `aws sns set-sms-attributes --attributes MonthlySpendLimit=${Math.max(10, Math.ceil(limit * 2))}`,
      );
      switch (near(spent, limit)) {
        case 'over':
          return wrong('SMS spend', `${text}: no SMS goes out until the month ends.`, fix);
        case 'near':
          return warning('SMS spend', `${text}.`, fix);
        case 'far':
          return ok('SMS spend', `${text}.`);
      }
    }),
  );
}

const dollars = (usd: number): string => `${usd.toFixed(2)} USD`;

type Say = (check: string, what: string, fix: string) => Finding;

function statusFindings(facts: TextFacts, say: Say): readonly Finding[] {
  const { statusSetup } = facts;
  const fix =
    statusSetup === undefined
      ? "Run the commands of the stack's output TextStatusSetup."
      : command(
          'Run the commands of the output TextStatusSetup (they may be run again):',
          statusSetup,
        );
  const check = 'SMS statuses';
  const findings = judged(check, facts.settings, ({ statusRole, statusSamplingPercent }) => {
    if (statusRole === undefined) {
      return say(check, 'SNS does not write what becomes of SMS: reports say "sent" at best.', fix);
    }
    return (statusSamplingPercent ?? 0) < 100
      ? warning(check, `SNS writes of ${statusSamplingPercent ?? 0} % of delivered SMS.`, fix)
      : [];
  });
  const groups = judged(check, facts.unreadGroups, (unread) =>
    unread.length === 0
      ? []
      : say(check, `What SNS writes is not handed to the product: ${unread.join(', ')}.`, fix),
  );
  // The same commands repair both: one is told of.
  const isTold = findings.some(({ state }) => state !== 'unknown');
  const told = isTold ? findings : [...findings, ...groups];
  return told.length > 0 ? told : [ok(check, 'What becomes of SMS is written and read.')];
}
