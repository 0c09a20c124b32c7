import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  EndpointDisabledException,
  InvalidParameterException,
  InvalidParameterValueException,
  PublishCommand,
  type SNSClient,
} from '@aws-sdk/client-sns';
import type { Push, PushAnswer, PushSender } from '../../ports/senders.ts';
import { asSendFailure } from './not-sent.ts';

/** The ARN of the platform application in SNS for each kind of device; absent: none. */
export type PushApplications = {
  readonly ios?: string | undefined;
  readonly android?: string | undefined;
};

/**
 * Push messages through SNS. An endpoint is made for each sending, which answers the known one where
 * there is one; nothing is kept here that could be lost. The client must not retry: SNS has no
 * idempotency token for a sending.
 */
export class SnsPushSender implements PushSender {
  readonly #client: SNSClient;
  readonly #applications: PushApplications;

  constructor(options: {
    readonly client: SNSClient;
    readonly applications: PushApplications;
  }) {
    this.#client = options.client;
    this.#applications = options.applications;
  }

  async send(push: Push): Promise<PushAnswer> {
    const application = this.#applications[push.device.platform];
    if (application === undefined) return { kind: 'rejected', reason: 'no-application' };
    const endpoint = await this.#endpoint(application, push.device.token);
    return endpoint === undefined ? { kind: 'gone' } : this.#publish(application, endpoint, push);
  }

  /** Undefined when the platform knows no such token. */
  async #endpoint(application: string, token: string): Promise<string | undefined> {
    try {
      const command = { PlatformApplicationArn: application, Token: token };
      const { EndpointArn } = await this.#client.send(new CreatePlatformEndpointCommand(command));
      return EndpointArn;
    } catch (error) {
      if (error instanceof InvalidParameterException) {
        // One that is disabled, or was made with attributes by another system, is named in the refusal.
        const known = /Endpoint (arn:\S+) already exists/.exec(error.message)?.[1];
        if (known !== undefined) return known;
        if (isAboutToken(error.message)) return undefined;
      }
      throw asSendFailure(error);
    }
  }

  async #publish(application: string, endpoint: string, push: Push): Promise<PushAnswer> {
    try {
      const answer = await this.#client.send(
        new PublishCommand({
          TargetArn: endpoint,
          MessageStructure: 'json',
          Message: payloadOf(application, push),
          MessageAttributes: {
            'AWS.SNS.MOBILE.APNS.PUSH_TYPE': { DataType: 'String', StringValue: 'alert' },
          },
        }),
      );
      return { kind: 'accepted', providerId: answer.MessageId ?? '' };
    } catch (error) {
      if (error instanceof EndpointDisabledException) {
        // A token that comes back later gets an endpoint anew; one left disabled would stay so.
        await this.#client
          .send(new DeleteEndpointCommand({ EndpointArn: endpoint }))
          .catch(() => {});
        return { kind: 'gone' };
      }
      if (
        error instanceof InvalidParameterException ||
        error instanceof InvalidParameterValueException
      ) {
        return { kind: 'rejected', reason: error.name };
      }
      throw asSendFailure(error);
    }
  }
}

/** `Invalid parameter: Token Reason: ...`; one about the application is a wrong configuration, not a device that is gone. */
const isAboutToken = (message: string): boolean => /\bToken\b/.test(message);

/**
 * A sending in the words of the application's platform, which stands in its ARN: `APNS`,
 * `APNS_SANDBOX`, or `GCM` for Firebase Cloud Messaging (HTTP v1).
 */
function payloadOf(application: string, { id, title, text, url, data }: Push): string {
  const platform = /:app\/([A-Z_]+)\//.exec(application)?.[1] ?? '';
  const own = { ...data, ...(url !== undefined && { url }), message: id };
  const payload =
    platform === 'GCM'
      ? { fcmV1Message: { message: { notification: { title, body: text }, data: own } } }
      : { aps: { alert: { title, body: text }, sound: 'default' }, ...own };
  return JSON.stringify({ default: text, [platform]: JSON.stringify(payload) });
}
