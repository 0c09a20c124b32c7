import type { Asked } from '../asked.ts';
import { command, type Finding, judged, ok, warning, wrong } from '../finding.ts';

/** How SES tells what becomes of emails. */
export type EmailEventsFacts = {
  readonly configurationSet: string;
  readonly isSendingEnabled: boolean;
  readonly publishesReputation: boolean;
  readonly destinations: readonly {
    readonly name: string;
    readonly isEnabled: boolean;
    /** Whether it is EventBridge: the product hears of nothing else. */
    readonly isEventBridge: boolean;
    readonly types: readonly string[];
  }[];
};

/** All that the product records; bounces and complaints keep the account alive. */
export const neededEvents = [
  'SEND',
  'DELIVERY',
  'BOUNCE',
  'COMPLAINT',
  'REJECT',
  'RENDERING_FAILURE',
  'DELIVERY_DELAY',
  'OPEN',
  'CLICK',
] as const;

const deploy = command('Deploy again: the stack sets it up.', 'npx cdk deploy');

export const checkEmailEvents = (asked: Asked<EmailEventsFacts>): readonly Finding[] =>
  judged('email events', asked, (facts) => [eventsFinding(facts), ...setFindings(facts)]);

function eventsFinding({ configurationSet, destinations }: EmailEventsFacts): Finding {
  const own = destinations.filter(({ isEventBridge }) => isEventBridge);
  if (own.length === 0) {
    return wrong(
      'email events',
      `SES tells EventBridge nothing of ${configurationSet}: bounces and complaints are not seen.`,
      deploy,
    );
  }
  const enabled = own.filter(({ isEnabled }) => isEnabled);
  const [first] = own;
  if (enabled.length === 0 && first !== undefined) {
    return wrong(
      'email events',
      `The event destination ${first.name} is switched off: bounces and complaints are not seen.`,
      deploy,
    );
  }
  const told = new Set(enabled.flatMap(({ types }) => types));
  const missing = neededEvents.filter((type) => !told.has(type));
  return missing.length === 0
    ? ok('email events', `SES tells EventBridge all ${neededEvents.length} kinds of events.`)
    : wrong('email events', `SES does not tell of ${missing.join(', ')}.`, deploy);
}

function setFindings(facts: EmailEventsFacts): readonly Finding[] {
  const { configurationSet: name } = facts;
  return [
    ...(facts.isSendingEnabled
      ? []
      : [
          wrong(
            'configuration set',
            `Sending with ${name} is switched off: emails wait, and after days they are given up.`,
            command(
              'Switch it on:',
              `aws sesv2 put-configuration-set-sending-options --configuration-set-name ${name} --sending-enabled`,
            ),
          ),
        ]),
    ...(facts.publishesReputation
      ? []
      : [
          warning(
            'configuration set',
            `SES tells no bounce and complaint rates of ${name}.`,
            command(
              'Switch them on:',
              `aws sesv2 put-configuration-set-reputation-options --configuration-set-name ${name} --reputation-metrics-enabled`,
            ),
          ),
        ]),
  ];
}

/** The rule that hands SES's events to the product; undefined: it is gone. */
export const checkEventRule = (asked: Asked<{ readonly state: string } | undefined>) =>
  judged('email event rule', asked, (rule) => {
    if (rule === undefined) {
      return wrong('email event rule', 'The rule that hands over events of SES is gone.', deploy);
    }
    return rule.state === 'ENABLED'
      ? ok('email event rule', 'Events of SES go to the queue "email-events".')
      : wrong(
          'email event rule',
          `The rule that hands over events of SES is ${rule.state}.`,
          deploy,
        );
  });
