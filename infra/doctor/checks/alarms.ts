import type { Asked } from '../asked.ts';
import { command, type Finding, judged, ok, wrong } from '../finding.ts';

export type AlarmFacts = {
  /** How many the stack has. */
  readonly count: number;
  readonly ringing: readonly {
    readonly name: string;
    readonly text: string;
    readonly since: string;
  }[];
  /** Alarms that somebody told to keep quiet. */
  readonly silenced: readonly string[];
};

export const checkAlarms = (asked: Asked<AlarmFacts>): readonly Finding[] =>
  judged('alarms', asked, ({ count, ringing, silenced }) => {
    const told = [
      ...ringing.map(ringingFinding),
      ...silenced.map((name) =>
        wrong(
          'alarms',
          `${name} tells nobody when it rings.`,
          command('Let it:', `aws cloudwatch enable-alarm-actions --alarm-names "${name}"`),
        ),
      ),
    ];
    return told.length > 0 ? told : ok('alarms', `${count}, none of them rings.`);
  });

/** An alarm's text says what the business loses, then what to do. */
function ringingFinding({ name, text, since }: AlarmFacts['ringing'][number]): Finding {
  const [what = text, todo] = text.split(' To do: ');
  return wrong(
    `alarm: ${name}`,
    `${what} It rings since ${since}.`,
    todo ?? 'See infra/README.md, "When an alarm rings".',
  );
}

export type SubscriptionFacts = { readonly endpoint: string; readonly isConfirmed: boolean };

/** Who is told when an alarm rings. */
export const checkSubscriptions = (
  asked: Asked<readonly SubscriptionFacts[]>,
  topicArn: string,
): readonly Finding[] =>
  judged('alarm mail', asked, (subscriptions) => {
    const waiting = subscriptions.filter(({ isConfirmed }) => !isConfirmed);
    const confirmed = subscriptions.filter(({ isConfirmed }) => isConfirmed);
    if (waiting.length === 0 && confirmed.length > 0) {
      return ok('alarm mail', `${confirmed.map(({ endpoint }) => endpoint).join(', ')} is told.`);
    }
    const [first] = waiting;
    const nobody =
      confirmed.length === 0 ? 'Nobody is told when an alarm rings' : 'One is not told';
    return wrong(
      'alarm mail',
      first === undefined
        ? `${nobody}: no address is subscribed.`
        : `${nobody}: ${first.endpoint} has not confirmed the mail from AWS Notifications.`,
      command(
        first === undefined
          ? 'Subscribe an address, and confirm the mail that comes:'
          : 'Click "Confirm subscription" in that mail. When it is days old, ask for another:',
        `aws sns subscribe --topic-arn ${topicArn} --protocol email --notification-endpoint ${first?.endpoint ?? 'oncall@example.com'}`,
      ),
    );
  });
