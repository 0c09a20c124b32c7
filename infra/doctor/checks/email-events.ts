import type { Asked } from '../asked.ts';
import { command, type Finding, judged, madeAnew, ok, warning, wrong } from '../finding.ts';

/** How SES tells what becomes of emails. */
export type EmailEventsFacts = {
  readonly configurationSet: string;
  /** The account's own bus, to which SES publishes. */
  readonly busArn: string;
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

export const checkEmailEvents = (asked: Asked<EmailEventsFacts>): readonly Finding[] =>
  judged('email events', asked, (facts) => [eventsFinding(facts), ...setFindings(facts)]);

function eventsFinding(facts: EmailEventsFacts): Finding {
  const { configurationSet, destinations } = facts;
  const own = destinations.filter(({ isEventBridge }) => isEventBridge);
  const [first] = own;
  if (first === undefined) {
    return wrong(
      'email events',
      `SES tells EventBridge nothing of ${configurationSet}: bounces and complaints are not seen.`,
      setUp('create', 'events', facts),
    );
  }
  const enabled = own.filter(({ isEnabled }) => isEnabled);
  if (enabled.length === 0) {
    return wrong(
      'email events',
      `The event destination ${first.name} is switched off: bounces and complaints are not seen.`,
      setUp('update', first.name, facts),
    );
  }
  const told = new Set(enabled.flatMap(({ types }) => types));
  const missing = neededEvents.filter((type) => !told.has(type));
  return missing.length === 0
    ? ok('email events', `SES tells EventBridge all ${neededEvents.length} kinds of events.`)
    : wrong(
        'email events',
        `SES does not tell of ${missing.join(', ')}.`,
        setUp('update', first.name, facts),
      );
}

/** As the stack makes it. */
function setUp(
  verb: 'create' | 'update',
  name: string,
  { configurationSet, busArn }: EmailEventsFacts,
): string {
  const destination = {
    Enabled: true,
    MatchingEventTypes: neededEvents,
    EventBridgeDestination: { EventBusArn: busArn },
  };
  return command(
    'Set it up as the stack made it:',
    `aws sesv2 ${verb}-configuration-set-event-destination --configuration-set-name ${configurationSet} --event-destination-name ${name} --event-destination '${JSON.stringify(destination)}'`,
  );
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

export type EventRuleFacts = { readonly name: string; readonly state: string };

/** The rule that hands SES's events to the product; undefined: it is gone. */
export const checkEventRule = (asked: Asked<EventRuleFacts | undefined>): readonly Finding[] =>
  judged('email event rule', asked, (rule) => {
    if (rule === undefined) {
      return wrong(
        'email event rule',
        'The rule that hands over events of SES is gone.',
        madeAnew('the rule'),
      );
    }
    return rule.state === 'DISABLED'
      ? wrong(
          'email event rule',
          'The rule that hands over events of SES is disabled: bounces and complaints are not seen.',
          command('Enable it:', `aws events enable-rule --name ${rule.name}`),
        )
      : ok('email event rule', 'Events of SES go to the queue "email-events".');
  });
