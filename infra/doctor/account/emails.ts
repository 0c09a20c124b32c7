import {
  GetAccountCommand,
  GetConfigurationSetCommand,
  GetConfigurationSetEventDestinationsCommand,
  GetEmailIdentityCommand,
  type GetEmailIdentityCommandOutput,
  NotFoundException,
  type SESv2Client,
} from '@aws-sdk/client-sesv2';
import { type Asked, ask, both, mapped } from '../asked.ts';
import type { EmailAccountFacts } from '../checks/email-account.ts';
import type { DomainFacts } from '../checks/email-domain.ts';
import type { EmailEventsFacts } from '../checks/email-events.ts';

export const askEmailAccount = (emails: SESv2Client): Promise<Asked<EmailAccountFacts>> =>
  ask('ses:GetAccount', async () => {
    const answer = await emails.send(new GetAccountCommand({}));
    const { Max24HourSend: perDay, MaxSendRate, SentLast24Hours = 0 } = answer.SendQuota ?? {};
    return {
      hasProductionAccess: answer.ProductionAccessEnabled === true,
      isSendingEnabled: answer.SendingEnabled === true,
      enforcement: answer.EnforcementStatus,
      // SES writes -1 for an account without a daily limit.
      perDay: perDay === undefined || perDay < 0 ? undefined : perDay,
      perSecond: MaxSendRate,
      sentLastDay: SentLast24Hours,
      suppressedReasons: answer.SuppressionAttributes?.SuppressedReasons ?? [],
    };
  });

export const askDomain = (
  emails: SESv2Client,
  domain: string,
): Promise<Asked<DomainFacts | undefined>> =>
  ask('ses:GetEmailIdentity', async () => {
    try {
      const command = new GetEmailIdentityCommand({ EmailIdentity: domain });
      return domainFacts(domain, await emails.send(command));
    } catch (error) {
      if (error instanceof NotFoundException) return undefined;
      throw error;
    }
  });

/** Where SES keeps keys, unless the answer names another zone of its own. */
const signingZone = 'dkim.amazonses.com';

function domainFacts(domain: string, answer: GetEmailIdentityCommandOutput): DomainFacts {
  const { DkimAttributes: dkim, MailFromAttributes: mailFrom } = answer;
  const zone = dkim?.SigningHostedZone ?? signingZone;
  // A key of the company's own stands in the DNS under a name that SES does not choose.
  const tokens = dkim?.SigningAttributesOrigin === 'EXTERNAL' ? [] : (dkim?.Tokens ?? []);
  return {
    domain,
    isVerified: answer.VerifiedForSendingStatus === true,
    dkim: {
      status: dkim?.Status ?? 'NOT_STARTED',
      isSigning: dkim?.SigningEnabled === true,
      records: tokens.map((token) => ({
        name: `${token}._domainkey.${domain}`,
        target: `${token}.${zone}`,
      })),
    },
    mailFrom:
      mailFrom?.MailFromDomain === undefined || mailFrom.MailFromDomain === ''
        ? undefined
        : {
            domain: mailFrom.MailFromDomain,
            status: mailFrom.MailFromDomainStatus ?? 'PENDING',
            rejectsOnFailure: mailFrom.BehaviorOnMxFailure === 'REJECT_MESSAGE',
          },
  };
}

export async function askEmailEvents(
  emails: SESv2Client,
  { configurationSet, busArn }: Pick<EmailEventsFacts, 'configurationSet' | 'busArn'>,
): Promise<Asked<EmailEventsFacts>> {
  const named = { ConfigurationSetName: configurationSet };
  const set = await ask('ses:GetConfigurationSet', () =>
    emails.send(new GetConfigurationSetCommand(named)),
  );
  const destinations = await ask('ses:GetConfigurationSetEventDestinations', () =>
    emails.send(new GetConfigurationSetEventDestinationsCommand(named)),
  );
  return mapped(both(set, destinations), ([options, { EventDestinations = [] }]) => ({
    configurationSet,
    busArn,
    isSendingEnabled: options.SendingOptions?.SendingEnabled !== false,
    publishesReputation: options.ReputationOptions?.ReputationMetricsEnabled === true,
    destinations: EventDestinations.map((destination) => ({
      name: destination.Name ?? '',
      isEnabled: destination.Enabled === true,
      isEventBridge: destination.EventBridgeDestination?.EventBusArn !== undefined,
      types: destination.MatchingEventTypes ?? [],
    })),
  }));
}
