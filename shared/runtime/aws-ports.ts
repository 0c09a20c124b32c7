import * as z from 'zod';
import { systemClock } from '../adapters/embedded/clock.ts';
import { systemIds } from '../adapters/embedded/ids.ts';
import type { Bus } from '../ports/bus.ts';
import type { Ids } from '../ports/ids.ts';
import type { Ports } from '../ports/ports.ts';
import type { PublicApi } from '../ports/public-api.ts';
import { type Queue, queueNames } from '../ports/queue.ts';
import type { Schedules } from '../ports/schedules.ts';
import type { Secrets } from '../ports/secrets.ts';
import {
  type EmailSender,
  type PushSender,
  sendTimeoutMs,
  type TextSender,
  type WebhookSender,
} from '../ports/senders.ts';
import type { Settings } from '../ports/settings.ts';
import type { Table } from '../ports/table.ts';

const text = z.string().min(1);
const byQueue = z.partialRecord(z.enum(queueNames), text);

const settingsSchema = z.object({
  epoch: text,
  timeZone: text,
  defaultCountry: text.optional(),
  sender: text,
  publicUrl: z.url(),
  rulesSettleSeconds: z.number().int().positive(),
  timelineDays: z.number().int().positive().optional(),
});
const tablesSchema = z.object({ profiles: text, timeline: text, marketing: text });
const busSchema = z.object({ name: text });
const schedulesSchema = z.object({
  group: text,
  roleArn: text,
  busName: text,
  queueArns: byQueue,
});
const emailSchema = z.object({ configurationSet: text });
const textSchema = z.object({ smsType: z.enum(['Promotional', 'Transactional']) });
const pushSchema = z.object({
  applications: z.object({ ios: text.optional(), android: text.optional() }),
});
const secretsSchema = z.object({ 'link-signing': text });

const waitingFor = (requestTimeout: number) => ({
  connectionTimeout: 1_000,
  requestTimeout,
  throwOnRequestTimeout: true,
});

/** Tables, queues, bus, secrets: a call and its retries end within the 10 s of the public API. */
export const quickCalls = { maxAttempts: 3, requestHandler: waitingFor(2_500) };

/** Schedules and rules are slower to make; only functions with more time make them. */
export const slowCalls = { maxAttempts: 3, requestHandler: waitingFor(7_000) };

/** Providers know no retry. */
export const singleCalls = { maxAttempts: 1, requestHandler: waitingFor(sendTimeoutMs) };

/**
 * The ports on AWS. Each has one environment variable of JSON, set only for functions that the
 * manifest grants it to. The deployment's bundler knows the absent ones, so a function carries and
 * loads only the clients it uses: `process.env.NAME` must stand here literally.
 */
export async function awsPorts(): Promise<Ports> {
  const clock = systemClock();
  const ids = systemIds(clock);
  const settings = settingsOf(process.env.PERENNIAL_SETTINGS);
  return {
    clock,
    ids,
    settings,
    table:
      process.env.PERENNIAL_TABLES === undefined
        ? ungranted('table')
        : await tableOf(process.env.PERENNIAL_TABLES, ids),
    queue:
      process.env.PERENNIAL_QUEUES === undefined
        ? ungranted('queue')
        : await queueOf(process.env.PERENNIAL_QUEUES),
    bus:
      process.env.PERENNIAL_BUS === undefined
        ? ungranted('bus')
        : await busOf(process.env.PERENNIAL_BUS),
    schedules:
      process.env.PERENNIAL_SCHEDULES === undefined
        ? ungranted('schedules')
        : await schedulesOf(process.env.PERENNIAL_SCHEDULES),
    email:
      process.env.PERENNIAL_EMAIL === undefined
        ? ungranted('email')
        : await emailOf(process.env.PERENNIAL_EMAIL, settings),
    text:
      process.env.PERENNIAL_TEXT === undefined
        ? ungranted('text')
        : await textOf(process.env.PERENNIAL_TEXT),
    push:
      process.env.PERENNIAL_PUSH === undefined
        ? ungranted('push')
        : await pushOf(process.env.PERENNIAL_PUSH),
    webhook:
      process.env.PERENNIAL_WEBHOOK === undefined ? ungranted('webhook') : await webhookSender(),
    secrets:
      process.env.PERENNIAL_SECRETS === undefined
        ? ungranted('secrets')
        : await secretsOf(process.env.PERENNIAL_SECRETS),
    publicApi:
      process.env.PERENNIAL_PUBLIC_API === undefined
        ? ungranted('publicApi')
        : await publicApiOf(settings),
  };
}

function settingsOf(variable: string | undefined): Settings {
  if (variable === undefined) throw new Error('PERENNIAL_SETTINGS is not set.');
  const { defaultCountry, ...settings } = parsed('PERENNIAL_SETTINGS', settingsSchema, variable);
  return { ...settings, defaultCountry };
}

async function tableOf(variable: string, ids: Ids): Promise<Table> {
  const tableNames = parsed('PERENNIAL_TABLES', tablesSchema, variable);
  const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  const { DynamoTable } = await import('../adapters/aws/table.ts');
  const client = new DynamoDBClient(quickCalls);
  return new DynamoTable({ client, tableNames, newAttempt: () => ids.next() });
}

async function queueOf(variable: string): Promise<Queue> {
  const urls = parsed('PERENNIAL_QUEUES', byQueue, variable);
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  const { SqsQueue } = await import('../adapters/aws/queue.ts');
  return new SqsQueue({ client: new SQSClient(quickCalls), urls });
}

async function busOf(variable: string): Promise<Bus> {
  const { name } = parsed('PERENNIAL_BUS', busSchema, variable);
  const { EventBridgeClient } = await import('@aws-sdk/client-eventbridge');
  const { EventBridgeBus } = await import('../adapters/aws/bus.ts');
  return new EventBridgeBus({ client: new EventBridgeClient(quickCalls), busName: name });
}

async function schedulesOf(variable: string): Promise<Schedules> {
  const options = parsed('PERENNIAL_SCHEDULES', schedulesSchema, variable);
  const { SchedulerClient } = await import('@aws-sdk/client-scheduler');
  const { EventBridgeClient } = await import('@aws-sdk/client-eventbridge');
  const { AwsSchedules } = await import('../adapters/aws/schedules.ts');
  return new AwsSchedules({
    scheduler: new SchedulerClient(slowCalls),
    eventBridge: new EventBridgeClient(slowCalls),
    ...options,
  });
}

async function emailOf(variable: string, settings: Settings): Promise<EmailSender> {
  const { configurationSet } = parsed('PERENNIAL_EMAIL', emailSchema, variable);
  const { SESv2Client } = await import('@aws-sdk/client-sesv2');
  const { SesEmailSender } = await import('../adapters/aws/email.ts');
  const client = new SESv2Client(singleCalls);
  return new SesEmailSender({ client, from: settings.sender, configurationSet });
}

async function textOf(variable: string): Promise<TextSender> {
  const { smsType } = parsed('PERENNIAL_TEXT', textSchema, variable);
  const { SNSClient } = await import('@aws-sdk/client-sns');
  const { SnsTextSender } = await import('../adapters/aws/text.ts');
  return new SnsTextSender({ client: new SNSClient(singleCalls), smsType });
}

async function pushOf(variable: string): Promise<PushSender> {
  const { applications } = parsed('PERENNIAL_PUSH', pushSchema, variable);
  const { SNSClient } = await import('@aws-sdk/client-sns');
  const { SnsPushSender } = await import('../adapters/aws/push.ts');
  return new SnsPushSender({ client: new SNSClient(singleCalls), applications });
}

async function webhookSender(): Promise<WebhookSender> {
  const { httpsWebhookSender } = await import('../adapters/aws/webhook.ts');
  return httpsWebhookSender();
}

async function publicApiOf({ publicUrl }: Settings): Promise<PublicApi> {
  const { publicApiAt } = await import('../adapters/aws/public-api.ts');
  return publicApiAt(publicUrl);
}

async function secretsOf(variable: string): Promise<Secrets> {
  const arns = parsed('PERENNIAL_SECRETS', secretsSchema, variable);
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const { AwsSecrets } = await import('../adapters/aws/secrets.ts');
  return new AwsSecrets({ client: new SecretsManagerClient(quickCalls), arns });
}

function parsed<Value>(name: string, schema: z.ZodType<Value>, variable: string): Value {
  try {
    return schema.parse(JSON.parse(variable));
  } catch (cause) {
    throw new Error(`The environment variable ${name} is not valid.`, { cause });
  }
}

/** Stands where a port is not granted and says so when it is touched, not when it is handed over. */
function ungranted<Port extends object>(name: keyof Ports): Port {
  const refuse = (): never => {
    throw new Error(`The port '${name}' is not granted to this function in infra/manifest.ts.`);
  };
  // No real port is behind the proxy: whatever is asked of it throws, but for a look for `then`.
  return new Proxy<object>(
    {},
    { get: (_, key) => (key === 'then' ? undefined : refuse()) },
  ) as Port;
}
