import * as z from 'zod';

/** A published price in USD for so many units. */
export type Price = {
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
  /** AWS's own page, where it is to be looked up. */
  readonly page: string;
  /** Where the figure was read: most of AWS's pages show theirs by a script, so others quote them. */
  readonly readIn: string;
};

/** The region of all prices here. Others are up to a quarter dearer: give theirs with `--prices`. */
export const priceRegion = 'us-east-1';

/** When they were read, in archived copies of the pages named. */
export const pricesReadOn = '2026-11-22';

const million = 1_000_000;
const dynamo = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';
const lambda = 'https://aws.amazon.com/lambda/pricing/';
const sqs = 'https://aws.amazon.com/sqs/pricing/';
const events = 'https://aws.amazon.com/eventbridge/pricing/';
const ses = 'https://aws.amazon.com/ses/pricing/';
const watch = 'https://aws.amazon.com/cloudwatch/pricing/';
const secrets = 'https://aws.amazon.com/secrets-manager/pricing/';
const lambdaQuoted =
  'https://git.mcrn.ar/mariano/lambda_local_runner (docs/lambdas-md/lambda-13-cost.md)';
const watchQuoted =
  'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/';
const dynamoQuoted = 'https://airbyte.com/data-engineering-resources/dynamodb-pricing';
const sqsQuoted = 'https://cloudburn.io/blog/amazon-sqs-pricing';
const eventsQuoted = 'https://cloudburn.io/blog/amazon-eventbridge-pricing';
const apiQuoted = 'https://www.apigatewaycost.com/aws';
const secretsQuoted =
  'https://github.com/api-evangelist/amazon-secrets-manager (plans, harvested 2026-09-20)';
/** Long known and unchanged, but found on none of the pages: look it up before you rely on it. */
const notRead = 'found on no page that was read';

const price = (
  usd: number,
  per: number,
  unit: string,
  source: readonly [page: string, readIn: string],
): Price => ({ usd, per, unit, page: source[0], readIn: source[1] });

/** What AWS charges for each thing that is counted or assumed. */
export const prices = {
  tableWriteUnit: price(0.625, million, 'write request units', [dynamo, dynamoQuoted]),
  tableReadUnit: price(0.125, million, 'read request units', [dynamo, dynamoQuoted]),
  tableStorageGb: price(0.25, 1, 'GB-months in tables', [
    dynamo,
    'https://aws.amazon.com/dynamodb/pricing/',
  ]),
  tableBackupGb: price(0.2, 1, 'GB-months of point-in-time recovery', [dynamo, notRead]),
  functionInvocation: price(0.2, million, 'invocations', [lambda, lambdaQuoted]),
  functionGbSecond: price(13.3334, million, 'GB-seconds on arm64', [lambda, lambdaQuoted]),
  apiRequest: price(1, million, 'HTTP API requests of up to 512 KB', [
    'https://aws.amazon.com/api-gateway/pricing/',
    apiQuoted,
  ]),
  queueRequest: price(0.4, million, 'requests of up to 64 KB', [sqs, sqsQuoted]),
  fairMessage: price(0.1, million, 'messages of a group, besides their requests', [sqs, sqsQuoted]),
  busEvent: price(1, million, 'custom events of up to 64 KB', [events, eventsQuoted]),
  /** The page calls events like these "opt-in data events"; that SES's are such is our reading, and the dearer one. */
  emailEvent: price(1, million, 'events that SES publishes', [events, eventsQuoted]),
  scheduleFiring: price(1, million, 'firings of schedules', [events, eventsQuoted]),
  email: price(0.1, 1_000, 'emails', [
    ses,
    'https://www.acecloudinterviews.com/tutorials/aws/ses/',
  ]),
  emailGb: price(0.12, 1, 'GB of what is sent', [
    ses,
    'https://superuser.com/questions/1399690 (a bill of 2019)',
  ]),
  push: price(0.5, million, 'push messages', [
    'https://aws.amazon.com/sns/pricing/',
    'https://www.factualminds.com/blog/amazon-sns-pricing-publishes-fanout-protocols/',
  ]),
  logGb: price(0.5, 1, 'GB of logs taken in', [watch, watchQuoted]),
  logStorageGb: price(0.03, 1, 'GB-months of logs', [watch, notRead]),
  alarm: price(0.1, 1, 'alarms', [watch, notRead]),
  dashboard: price(3, 1, 'dashboards', [watch, watchQuoted]),
  metric: price(0.3, 1, 'metrics beyond the services’ own', [
    watch,
    'https://signoz.io/guides/cloudwatch-pricing',
  ]),
  trace: price(5, million, 'traces recorded', [
    'https://aws.amazon.com/xray/pricing/',
    'https://aws.amazon.com/de/xray/pricing/',
  ]),
  secret: price(0.4, 1, 'secrets', [secrets, secretsQuoted]),
  secretRead: price(0.05, 10_000, 'reads of secrets', [secrets, secretsQuoted]),
  transferGb: price(0.09, 1, 'GB to the internet', [
    'https://aws.amazon.com/ec2/pricing/on-demand/',
    apiQuoted,
  ]),
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof prices;

/** USD for one unit of each. */
export type UnitPrices = Readonly<Record<PriceName, number>>;

// `keys` forgets that the keys are the names.
export const priceNames = Object.keys(prices) as PriceName[];

/** Other prices: each in USD for as many units as here (a million write units, one GB). */
export const otherPricesSchema = z.partialRecord(
  z.enum(priceNames as [PriceName, ...PriceName[]]),
  z.number().min(0),
);

/** The prices here, but for those given otherwise. */
export function unitPrices(others: Partial<Record<PriceName, number>> = {}): UnitPrices {
  const each = priceNames.map((name) => {
    const { usd, per } = prices[name];
    return [name, (others[name] ?? usd) / per];
  });
  // `fromEntries` forgets that every name is among the keys.
  return Object.fromEntries(each) as UnitPrices;
}

/**
 * What AWS gives an account for nothing every month, for as long as it is one, over everything else that runs
 * in it. What ends after a year is left out. https://aws.amazon.com/free/, read as the prices were.
 */
export const freeEachMonth: Partial<Record<PriceName, number>> = {
  functionInvocation: million,
  functionGbSecond: 400_000,
  queueRequest: million,
  scheduleFiring: 14 * million,
  tableStorageGb: 25,
  logGb: 5,
  alarm: 10,
  dashboard: 3,
  metric: 10,
  trace: 100_000,
  push: million,
  transferGb: 100,
};
