/** A limit of AWS for an account in a region, as it is unless raised. */
export type Quota = {
  readonly value: number;
  readonly what: string;
  readonly page: string;
  readonly isRaised: 'on request' | 'never';
};

/** When the pages were read, in archived copies. */
export const quotasReadOn = '2026-11-22';

const dynamo = 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide';

export const quotas = {
  apiRequests: {
    value: 10_000,
    what: 'requests a second, all HTTP APIs together; 2,500 in younger regions',
    page: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html',
    isRaised: 'on request',
  },
  functions: {
    value: 1_000,
    what: 'concurrent executions of all functions together',
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html',
    isRaised: 'on request',
  },
  functionGrowth: {
    value: 1_000,
    what: 'more concurrent executions of one function every ten seconds',
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html',
    isRaised: 'never',
  },
  queueReaders: {
    value: 300,
    what: 'more readers of a queue a minute, beginning with five',
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html',
    isRaised: 'never',
  },
  tableWrites: {
    value: 40_000,
    what: 'write units a second of one table',
    page: `${dynamo}/ServiceQuotas.html`,
    isRaised: 'on request',
  },
  newTableWrites: {
    value: 4_000,
    what: 'write units a second that a new table is ready for; from there it doubles within half an hour',
    page: `${dynamo}/warm-throughput-scenarios.html`,
    isRaised: 'on request',
  },
  partitionWrites: {
    value: 1_000,
    what: 'write units a second of one partition, and so of one key',
    page: `${dynamo}/warm-throughput-scenarios.html`,
    isRaised: 'never',
  },
  partitionReads: {
    value: 3_000,
    what: 'read units a second of one partition, and so of one key',
    page: `${dynamo}/warm-throughput-scenarios.html`,
    isRaised: 'never',
  },
  busEvents: {
    value: 10_000,
    what: 'PutEvents a second in us-east-1; 2 400 in us-east-2: it differs by region',
    page: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html',
    isRaised: 'on request',
  },
  busRules: {
    value: 300,
    what: 'rules of a bus',
    page: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html',
    isRaised: 'on request',
  },
} as const satisfies Readonly<Record<string, Quota>>;

export type QuotaName = keyof typeof quotas;
