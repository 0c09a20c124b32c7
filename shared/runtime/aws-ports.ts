import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { EventBridgeBus } from '../adapters/aws/bus.ts';
import { SesEmailSender } from '../adapters/aws/email.ts';
import { publicApiAt } from '../adapters/aws/public-api.ts';
import { SnsPushSender } from '../adapters/aws/push.ts';
import { SqsQueue } from '../adapters/aws/queue.ts';
import { AwsSchedules } from '../adapters/aws/schedules.ts';
import { AwsSecrets } from '../adapters/aws/secrets.ts';
import { DynamoTable } from '../adapters/aws/table.ts';
import { SnsTextSender } from '../adapters/aws/text.ts';
import { httpsWebhookSender } from '../adapters/aws/webhook.ts';
import { systemClock } from '../adapters/embedded/clock.ts';
import { systemIds } from '../adapters/embedded/ids.ts';
import type { Bus } from '../ports/bus.ts';
import type { Ids } from '../ports/ids.ts';
import type { Ports } from '../ports/ports.ts';
import { type Queue, queueNames } from '../ports/queue.ts';
import type { Schedules } from '../ports/schedules.ts';
import type { Secrets } from '../ports/secrets.ts';
import {
  type EmailSender,
  type PushSender,
  sendTimeoutMs,
  type TextSender,
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
 * manifest grants it to. The deployment's bundler knows the absent ones and leaves out what is imported
 * for them alone, so a function carries only the clients it uses: `process.env.NAME` must stand here
 * literally.
 */
export function awsPorts(): Ports {
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
        : tableOf(process.env.PERENNIAL_TABLES, ids),
    queue:
      process.env.PERENNIAL_QUEUES === undefined
        ? ungranted('queue')
        : queueOf(process.env.PERENNIAL_QUEUES),
    bus:
      process.env.PERENNIAL_BUS === undefined ? ungranted('bus') : busOf(process.env.PERENNIAL_BUS),
    schedules:
      process.env.PERENNIAL_SCHEDULES === undefined
        ? ungranted('schedules')
        : schedulesOf(process.env.PERENNIAL_SCHEDULES),
    email:
      process.env.PERENNIAL_EMAIL === undefined
        ? ungranted('email')
        : emailOf(process.env.PERENNIAL_EMAIL, settings),
    text:
      process.env.PERENNIAL_TEXT === undefined
        ? ungranted('text')
        : textOf(process.env.PERENNIAL_TEXT),
    push:
      process.env.PERENNIAL_PUSH === undefined
        ? ungranted('push')
        : pushOf(process.env.PERENNIAL_PUSH),
    webhook:
      process.env.PERENNIAL_WEBHOOK === undefined ? ungranted('webhook') : httpsWebhookSender(),
    secrets:
      process.env.PERENNIAL_SECRETS === undefined
        ? ungranted('secrets')
        : secretsOf(process.env.PERENNIAL_SECRETS),
    publicApi:
      process.env.PERENNIAL_PUBLIC_API === undefined
        ? ungranted('publicApi')
        : publicApiAt(settings.publicUrl),
  };
}

function settingsOf(variable: string | undefined): Settings {
  if (variable === undefined) throw new Error('PERENNIAL_SETTINGS is not set.');
  const { defaultCountry, ...settings } = parsed('PERENNIAL_SETTINGS', settingsSchema, variable);
  return { ...settings, defaultCountry };
}

function tableOf(variable: string, ids: Ids): Table {
  const tableNames = parsed('PERENNIAL_TABLES', tablesSchema, variable);
  const client = new DynamoDBClient(quickCalls);
  return new DynamoTable({ client, tableNames, newAttempt: () => ids.next() });
}

function queueOf(variable: string): Queue {
  const urls = parsed('PERENNIAL_QUEUES', byQueue, variable);
  return new SqsQueue({ client: new SQSClient(quickCalls), urls });
}

function busOf(variable: string): Bus {
  const { name } = parsed('PERENNIAL_BUS', busSchema, variable);
  return new EventBridgeBus({ client: new EventBridgeClient(quickCalls), busName: name });
}

function schedulesOf(variable: string): Schedules {
  const options = parsed('PERENNIAL_SCHEDULES', schedulesSchema, variable);
  return new AwsSchedules({
    scheduler: new SchedulerClient(slowCalls),
    eventBridge: new EventBridgeClient(slowCalls),
    ...options,
  });
}

function emailOf(variable: string, settings: Settings): EmailSender {
  const { configurationSet } = parsed('PERENNIAL_EMAIL', emailSchema, variable);
  const client = new SESv2Client(singleCalls);
  return new SesEmailSender({ client, from: settings.sender, configurationSet });
}

function textOf(variable: string): TextSender {
  const { smsType } = parsed('PERENNIAL_TEXT', textSchema, variable);
  return new SnsTextSender({ client: new SNSClient(singleCalls), smsType });
}

function pushOf(variable: string): PushSender {
  const { applications } = parsed('PERENNIAL_PUSH', pushSchema, variable);
  return new SnsPushSender({ client: new SNSClient(singleCalls), applications });
}

function secretsOf(variable: string): Secrets {
  const arns = parsed('PERENNIAL_SECRETS', secretsSchema, variable);
  return new AwsSecrets({ client: new SecretsManagerClient(quickCalls), arns });
}

function parsed<Value>(name: string, schema: z.ZodType<Value>, variable: string): Value {
  try {
    // Once: zod would compile a function for it.
    return schema.parse(JSON.parse(variable), { jitless: true });
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
