import {
  BadRequestException,
  type BulkEmailEntry,
  type BulkEmailEntryResult,
  GetAccountCommand,
  type SESv2Client,
  SendBulkEmailCommand,
} from '@aws-sdk/client-sesv2';
import type { SendingQuota } from '../../domain/messaging/pace/sending-rate.ts';
import { type Email, type EmailSender, NotSent, type SendAnswer } from '../../ports/senders.ts';
import {
  asciiAddress,
  callRoom,
  contentBytesPerCall,
  emailsPerCall,
  refusalOf,
  replacementData,
} from '../email-rules.ts';
import { asSendFailure } from './not-sent.ts';

/** SES renders one inline template per call; everything a recipient sees is their replacement data. */
const inlineTemplate = { Subject: '{{subject}}', Html: '{{html}}', Text: '{{text}}' };

/** Messages wait for it, and the last answer holds as well. */
const quotaTimeoutMs = 3_000;

/** SES v2 in bulk. The client must not retry (`maxAttempts: 1`): SES has no idempotency token. */
export class SesEmailSender implements EmailSender {
  readonly batchSize = emailsPerCall;
  readonly batchBytes = contentBytesPerCall;
  readonly #client: SESv2Client;
  readonly #from: string;
  readonly #configurationSet: string;

  constructor(options: {
    readonly client: SESv2Client;
    readonly from: string;
    readonly configurationSet: string;
  }) {
    this.#client = options.client;
    this.#from = options.from;
    this.#configurationSet = options.configurationSet;
  }

  async send(emails: readonly Email[]): Promise<readonly SendAnswer[]> {
    // SES refuses a whole call for one malformed entry, so such an entry is answered here.
    const plan = withinCall(emails.map(planOf));
    const entries = plan.flatMap((planned) => ('entry' in planned ? [planned.entry] : []));
    const results = entries.length === 0 ? [] : await this.#call(entries);
    if (results.length !== entries.length) {
      throw new Error(`SES answered ${results.length} of ${entries.length} recipients.`);
    }
    const answers = results.values();
    return plan.map((planned) => ('answer' in planned ? planned.answer : nextOf(answers)));
  }

  async quota(): Promise<SendingQuota | undefined> {
    const abortSignal = AbortSignal.timeout(quotaTimeoutMs);
    const { SendQuota } = await this.#client.send(new GetAccountCommand({}), { abortSignal });
    const { MaxSendRate, Max24HourSend, SentLast24Hours = 0 } = SendQuota ?? {};
    if (MaxSendRate === undefined || Max24HourSend === undefined) return undefined;
    // SES writes -1 for an account without a daily limit.
    const perDay = Max24HourSend < 0 ? Number.MAX_SAFE_INTEGER : Max24HourSend;
    return { perSecond: MaxSendRate, perDay, sentLastDay: SentLast24Hours };
  }

  async #call(entries: readonly BulkEmailEntry[]): Promise<readonly SendAnswer[]> {
    try {
      const answer = await this.#client.send(
        new SendBulkEmailCommand({
          FromEmailAddress: this.#from,
          ConfigurationSetName: this.#configurationSet,
          DefaultContent: { Template: { TemplateContent: inlineTemplate, TemplateData: '{}' } },
          BulkEmailEntries: [...entries],
        }),
      );
      return (answer.BulkEmailEntryResults ?? []).map(answerOf);
    } catch (error) {
      if (!(error instanceof BadRequestException)) throw asSendFailure(error);
      // A call for one recipient that is malformed will always be: final for this recipient.
      if (entries.length === 1) return [rejected(error.name)];
      throw new NotSent('The provider found a message malformed.', {
        cause: error,
        isMalformed: true,
      });
    }
  }
}

/** What is sent for an email, or the answer SES would give for it alone. */
type Planned = { readonly entry: BulkEmailEntry } | { readonly answer: SendAnswer };

function planOf(email: Email): Planned {
  const data = replacementData(email);
  const refusal = refusalOf(email, data);
  if (refusal !== undefined) return { answer: refusal };
  return {
    entry: {
      Destination: { ToAddresses: [asciiAddress(email.to) ?? ''] },
      ReplacementEmailContent: { ReplacementTemplate: { ReplacementTemplateData: data } },
      ReplacementHeaders: Object.entries(email.headers).map(([Name, Value]) => ({ Name, Value })),
      ReplacementTags: Object.entries(email.tags).map(([Name, Value]) => ({ Name, Value })),
    },
  };
}

function rejected(reason: string): SendAnswer {
  return { kind: 'rejected', reason };
}

function withinCall(plan: readonly Planned[]): Planned[] {
  const later = callRoom();
  return plan.map((planned) => {
    if ('answer' in planned) return planned;
    const answer = later(Buffer.byteLength(JSON.stringify(planned.entry)));
    return answer === undefined ? planned : { answer };
  });
}

function answerOf(result: BulkEmailEntryResult): SendAnswer {
  const reason = result.Status ?? 'NO_STATUS';
  switch (result.Status) {
    case 'SUCCESS':
      return { kind: 'accepted', providerId: result.MessageId ?? '' };
    // The recipient or the content was refused.
    case 'MESSAGE_REJECTED':
    case 'INVALID_PARAMETER':
    case 'FAILED':
    case 'TEMPLATE_NOT_FOUND':
      return rejected(reason);
    // The account is slowed down, paused or not set up: the same email can go later.
    case 'ACCOUNT_THROTTLED':
      return { kind: 'throttled', reason, tooFast: true };
    case 'TRANSIENT_FAILURE':
    case 'ACCOUNT_DAILY_QUOTA_EXCEEDED':
    case 'ACCOUNT_SENDING_PAUSED':
    case 'ACCOUNT_SUSPENDED':
    case 'CONFIGURATION_SET_SENDING_PAUSED':
    case 'CONFIGURATION_SET_NOT_FOUND':
    case 'INVALID_SENDING_POOL_NAME':
    case 'MAIL_FROM_DOMAIN_NOT_VERIFIED':
      return { kind: 'throttled', reason };
    case undefined:
      throw new Error('SES answered a recipient without a status.');
    default:
      // A status this version does not know is not a success; trying again would risk a loop.
      return rejected(reason);
  }
}

function nextOf(answers: Iterator<SendAnswer>): SendAnswer {
  const next = answers.next();
  if (next.done === true) throw new Error('An answer is missing.');
  return next.value;
}
