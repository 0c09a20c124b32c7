import {
  InvalidParameterException,
  InvalidParameterValueException,
  PublishCommand,
  type SNSClient,
} from '@aws-sdk/client-sns';
import type { SendAnswer, Text, TextSender } from '../../ports/senders.ts';
import { asSendFailure } from './not-sent.ts';

/** How carriers treat the message: `Transactional` is dearer and reaches numbers that refuse promotion. */
export type SmsType = 'Promotional' | 'Transactional';

/** SMS through SNS, one message a call. The client must not retry: SNS has no idempotency token. */
export class SnsTextSender implements TextSender {
  readonly #client: SNSClient;
  readonly #smsType: SmsType;

  constructor(options: { readonly client: SNSClient; readonly smsType: SmsType }) {
    this.#client = options.client;
    this.#smsType = options.smsType;
  }

  async send(text: Text): Promise<SendAnswer> {
    try {
      const answer = await this.#client.send(
        new PublishCommand({
          PhoneNumber: text.to,
          Message: text.text,
          MessageAttributes: {
            'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: this.#smsType },
          },
        }),
      );
      return { kind: 'accepted', providerId: answer.MessageId ?? '' };
    } catch (error) {
      // One recipient a call, so a refused parameter is a refused recipient; so is one who opted out.
      if (
        error instanceof InvalidParameterException ||
        error instanceof InvalidParameterValueException
      ) {
        return { kind: 'rejected', reason: error.name };
      }
      if (error instanceof Error && error.name.startsWith('OptedOut')) {
        return { kind: 'rejected', reason: 'OptedOut' };
      }
      throw asSendFailure(error);
    }
  }
}
