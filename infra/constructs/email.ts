import { Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import {
  ConfigurationSet,
  ConfigurationSetTlsPolicy,
  EmailIdentity,
  EmailSendingEvent,
  EventDestination,
  Identity,
  MailFromBehaviorOnMxFailure,
  SuppressionReasons,
} from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { addressOf, type Config } from '../config.ts';

/** SES keeps no lists of subscribers here, so it publishes no changes of them. */
const published = Object.values(EmailSendingEvent).filter(
  (event) => event !== EmailSendingEvent.SUBSCRIPTION,
);

/** The sender's domain in SES, and the stream of what becomes of its emails. */
export class Email extends Construct {
  readonly identity: EmailIdentity;
  readonly configurationSet: ConfigurationSet;
  /** Where bounces return to. */
  readonly mailFromDomain: string;
  /** Whom every email is from. */
  readonly senderAddress: string;
  readonly #domain: string;

  constructor(scope: Construct, id: string, props: { readonly config: Config }) {
    super(scope, id);
    this.#domain = props.config.senderDomain;
    this.senderAddress = addressOf(props.config.sender);
    this.mailFromDomain = props.config.mailFromDomain ?? `mail.${this.#domain}`;
    this.configurationSet = new ConfigurationSet(this, 'ConfigurationSet', {
      reputationMetrics: true,
      // TLS is tried first, as always; to require it would lose the mail to whoever has none.
      tlsPolicy: ConfigurationSetTlsPolicy.OPTIONAL,
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
    // SES publishes to the account's default bus only.
    const bus = EventBus.fromEventBusName(this, 'DefaultBus', 'default');
    this.configurationSet.addEventDestination('Events', {
      destination: EventDestination.eventBus(bus),
      events: published,
    });
    this.identity = new EmailIdentity(this, 'Identity', {
      identity: Identity.domain(this.#domain),
      configurationSet: this.configurationSet,
      mailFromDomain: this.mailFromDomain,
      // Until its records are there, mail goes on from a name of SES, which is aligned by DKIM alone.
      mailFromBehaviorOnMxFailure: MailFromBehaviorOnMxFailure.USE_DEFAULT_VALUE,
    });
  }

  /** What to enter for the domain, besides DKIM: where bounces go, who may send, and what to do with forgeries. */
  get records(): { readonly mailFrom: string; readonly dmarc: string } {
    const server = `feedback-smtp.${Stack.of(this).region}.amazonses.com`;
    return {
      mailFrom: [
        `${this.mailFromDomain} MX 10 ${server}`,
        `${this.mailFromDomain} TXT "v=spf1 include:amazonses.com ~all"`,
      ].join('; '),
      dmarc: `_dmarc.${this.#domain} TXT "v=DMARC1; p=none;"`,
    };
  }

  get configurationSetArn(): string {
    return this.arnOf('configuration-set', this.configurationSet.configurationSetName);
  }

  arnOf(resource: 'configuration-set' | 'identity' | 'template', resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'ses', resource, resourceName });
  }
}
