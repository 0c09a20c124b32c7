import {
  CreatePlatformEndpointCommand,
  type CreatePlatformEndpointCommandInput,
  DeleteEndpointCommand,
  EndpointDisabledException,
  InvalidParameterException,
  InvalidParameterValueException,
  PublishCommand,
  type SNSClient,
} from '@aws-sdk/client-sns';
import {
  NotSent,
  type Push,
  type PushAnswer,
  type PushSender,
  sendTimeoutMs,
} from '../../ports/senders.ts';
import { asSendFailure } from './not-sent.ts';

/** The ARN of the platform application in SNS for each kind of device; absent: none. */
export type PushApplications = {
  readonly ios?: string | undefined;
  readonly android?: string | undefined;
};

/** Until when the calls of one sending may take. */
type Within = { readonly abortSignal: AbortSignal };

/**
 * Push messages through SNS. An endpoint is made for each sending, which answers the known one where
 * there is one; nothing is kept here that could be lost. The client must not retry: SNS has no
 * idempotency token for a sending.
 */
export class SnsPushSender implements PushSender {
  readonly #client: SNSClient;
  readonly #applications: PushApplications;
  readonly #timeoutMs: number;

  constructor(options: {
    readonly client: SNSClient;
    readonly applications: PushApplications;
    readonly timeoutMs?: number;
  }) {
    this.#client = options.client;
    this.#applications = options.applications;
    this.#timeoutMs = options.timeoutMs ?? sendTimeoutMs;
  }

  async send(push: Push): Promise<PushAnswer> {
    const application = this.#applications[push.device.platform];
    if (application === undefined) return { kind: 'rejected', reason: 'no-application' };
    // All calls of one sending together wait as long as a sender reckons with.
    const within = { abortSignal: AbortSignal.timeout(this.#timeoutMs) };
    const command = { PlatformApplicationArn: application, Token: push.device.token };
    const endpoint = await this.#endpoint(command, within);
    if (endpoint === undefined) return { kind: 'gone' };
    return this.#publish(payloadOf(application, push), endpoint, within);
  }

  /** Undefined when the platform knows no such token. Whatever breaks here, nothing was sent yet. */
  async #endpoint(
    command: CreatePlatformEndpointCommandInput,
    within: Within,
  ): Promise<string | undefined> {
    try {
      const create = new CreatePlatformEndpointCommand(command);
      const { EndpointArn } = await this.#client.send(create, within);
      return EndpointArn;
    } catch (error) {
      if (error instanceof InvalidParameterException) {
        // One that is disabled, or was made with attributes by another system, is named in the refusal.
        const known = /Endpoint (arn:\S+) already exists/.exec(error.message)?.[1];
        if (known !== undefined) return known;
        if (isAboutToken(error.message)) return undefined;
      }
      const failure = asSendFailure(error);
      if (failure instanceof NotSent) throw failure;
      throw new NotSent('The endpoint of a device was not made.', { cause: error });
    }
  }

  async #publish(payload: string, endpoint: string, within: Within): Promise<PushAnswer> {
    try {
      const answer = await this.#client.send(
        new PublishCommand({
          TargetArn: endpoint,
          MessageStructure: 'json',
          Message: payload,
          MessageAttributes: {
            'AWS.SNS.MOBILE.APNS.PUSH_TYPE': { DataType: 'String', StringValue: 'alert' },
          },
        }),
        within,
      );
      return { kind: 'accepted', providerId: answer.MessageId ?? '' };
    } catch (error) {
      if (error instanceof EndpointDisabledException) {
        // A token that comes back later gets an endpoint anew; one left disabled would stay so.
        await this.#client
          .send(new DeleteEndpointCommand({ EndpointArn: endpoint }), within)
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
