import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { isPhoneCountry } from '../shared/domain/identity/identifier.ts';
import { leastConcurrency } from './constructs/concurrency.ts';
import { restoredTablesSchema } from './restored-tables.ts';

const domainName = z
  .string()
  .regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'must be a domain, such as example.com');

const origin = z
  .string()
  .regex(/^https?:\/\/[^/\s*]+$/, 'must be an origin, such as https://www.example.com');

const wholeNumber = (what: string) =>
  z.coerce.number(`must be a whole number of ${what}`).int(`must be a whole number of ${what}`);

const applicationArn = (...platforms: readonly string[]) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:\\d{12}:app/(${platforms.join('|')})/[\\w.-]+$`),
      `must be the ARN of a platform application for ${platforms.join(' or ')}`,
    );

/**
 * What a company decides at deployment. Every value changes what is deployed.
 *
 * A KMS key of the company's own is none of it. Tables, queues, logs, secret and bucket are encrypted
 * with keys that AWS keeps; a key of one's own would add 1 USD a month and a fee per request, and whoever
 * disabled it would take people, leads that wait and the links of sent messages away at once.
 */
export const configSchema = z
  .strictObject({
    /** The `From` of every email: `Name <address>` or an address. */
    sender: z
      .string()
      .regex(
        /^([^<>]+<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/,
        'must be an address or "Name <address>"',
      ),
    /** The domain SES signs for; the sender's address must be on it. */
    senderDomain: domainName,
    /**
     * To be changed after tables were restored from a backup under the names they had before: then all
     * campaigns come up paused. Restored under other names, that is noticed.
     */
    epoch: z.string().max(100, 'must be at most 100 characters').default('1'),
    /** IANA zone of calendar windows, and of people without a zone of their own. */
    timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone, such as Europe/Riga'),
    /** ISO 3166 country of phone numbers written without a country code. */
    country: z
      .string()
      .refine(isPhoneCountry, 'must be a two-letter country code that exists, such as LV')
      .optional(),
    /** Websites whose pages may call the API from the browser. */
    origins: z
      .array(origin, 'must be a list of websites, in JSON ["https://www.example.com"]')
      .min(1, 'needs at least one website'),
    /** Who is told when something fails. */
    alarmEmail: z.email('must be an email address'),
    /** How carriers treat SMS. */
    smsType: z
      .enum(['Promotional', 'Transactional'], 'must be Promotional or Transactional')
      .default('Promotional'),
    /** The platform applications of SNS that push messages go through; without one none goes to such devices. */
    iosApplication: applicationArn('APNS', 'APNS_SANDBOX').optional(),
    androidApplication: applicationArn('GCM').optional(),
    /**
     * How many days the timeline keeps what people did (type `event`); absent: for ever. Consents,
     * messages and whatever else proves something always stay. Rules that would have to look back
     * further when they are made are refused. A larger number brings nothing back, and what is written
     * already goes when it was to go.
     */
    timelineDays: wholeNumber('days')
      .min(30, 'must be at least 30: what could not be published is published again from there')
      .max(36_500, 'must be at most 36500: leave it out to keep all')
      .optional(),
    /**
     * Tables restored from a backup, in the place of the stack's own: what `npm run restore` writes.
     * Once set, it stays: without it the deployment goes back to the stack's own tables.
     */
    tables: restoredTablesSchema.optional(),
    /**
     * The name that bounces return to (MAIL FROM), a subdomain of the senderDomain that is used for
     * nothing else: then SPF speaks for the sender as DKIM does. Unless set, `mail.` before the domain.
     */
    mailFromDomain: domainName.optional(),
    /**
     * The API's own name, which the links in messages then carry, with the ARN of its certificate in
     * the region of the stack. The name that AWS gave goes on: links already sent lead there.
     */
    domain: domainName.optional(),
    certificateArn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
        'must be the ARN of a certificate of ACM',
      )
      .optional(),
    /** The zone of Route 53 that the domain is entered into; without it an output says what to enter. */
    hostedZoneId: z
      .string()
      .regex(/^Z[A-Z0-9]{1,31}$/, 'must be the id of a hosted zone, such as Z0123456789ABC')
      .optional(),
    /**
     * How many functions the account may run at once (Service Quotas). With it, parts of that are set
     * aside for leads, for marketers and for the timeline, so that no part of the system starves the
     * others; without it nothing is, and the deployment works in a new account, which may run 10.
     */
    accountConcurrency: wholeNumber('executions')
      .min(
        leastConcurrency,
        `must be at least ${leastConcurrency} before parts of it are set aside: leave it out`,
      )
      .optional(),
    /**
     * Whether X-Ray records what functions do: up to the first request of each function a second, which
     * is all of a small company's, and its dearest part after the emails.
     */
    tracing: z.enum(['on', 'off'], 'must be on or off').default('on'),
  })
  .refine((config) => addressOf(config.sender).endsWith(`@${config.senderDomain}`), {
    message: 'must be on the senderDomain',
    path: ['sender'],
  })
  .refine(
    ({ mailFromDomain, senderDomain }) => mailFromDomain?.endsWith(`.${senderDomain}`) ?? true,
    { message: 'must be a subdomain of the senderDomain', path: ['mailFromDomain'] },
  )
  .refine(({ domain, certificateArn }) => domain === undefined || certificateArn !== undefined, {
    message: 'is missing: the domain needs a certificate',
    path: ['certificateArn'],
  })
  .refine(
    ({ domain, certificateArn, hostedZoneId }) =>
      domain !== undefined || (certificateArn ?? hostedZoneId) === undefined,
    {
      message: 'is missing: a certificate and a hosted zone are nothing without it',
      path: ['domain'],
    },
  );

export type Config = z.infer<typeof configSchema>;

/** The flag that sets a value, as it is shown when the value is missing or wrong. */
const flags: Readonly<Record<keyof Config, string>> = {
  sender: '-c sender="Shop <news@example.com>"',
  senderDomain: '-c senderDomain=example.com',
  epoch: '-c epoch=2',
  timeZone: '-c timeZone=Europe/Riga',
  country: '-c country=LV',
  origins: '-c origins=https://www.example.com,https://shop.example.com',
  alarmEmail: '-c alarmEmail=oncall@example.com',
  smsType: '-c smsType=Promotional',
  iosApplication: '-c iosApplication=arn:aws:sns:eu-west-1:123456789012:app/APNS/Shop',
  androidApplication: '-c androidApplication=arn:aws:sns:eu-west-1:123456789012:app/GCM/Shop',
  timelineDays: '-c timelineDays=730',
  tables:
    '-c tables=\'{"profiles":"...","timeline":"...","marketing":"...","timelineStream":"..."}\'',
  mailFromDomain: '-c mailFromDomain=mail.example.com',
  domain: '-c domain=crm.example.com',
  certificateArn: '-c certificateArn=arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d',
  hostedZoneId: '-c hostedZoneId=Z0123456789ABC',
  accountConcurrency: '-c accountConcurrency=1000',
  tracing: '-c tracing=off',
};

/** Values for synthesis alone: nothing is ever sent from example.com, which is reserved. */
export const exampleConfig: Config = {
  sender: 'Perennial example <news@example.com>',
  senderDomain: 'example.com',
  epoch: '1',
  timeZone: 'UTC',
  origins: ['https://www.example.com'],
  alarmEmail: 'oncall@example.com',
  smsType: 'Promotional',
  tracing: 'on',
  iosApplication: 'arn:aws:sns:eu-west-1:123456789012:app/APNS/Example',
  androidApplication: 'arn:aws:sns:eu-west-1:123456789012:app/GCM/Example',
};

/** The deployment's configuration is incomplete; the message says what to pass. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const defaultFile = 'perennial.config.json';

/**
 * Reads `perennial.config.json` (or the file of `-c config=path`), overridden by `-c name=value`.
 * `contextOf` answers a context value by its name.
 */
export function readConfig(
  contextOf: (name: string) => unknown,
  ownFile: string = defaultFile,
): Config {
  const values: Record<string, unknown> = readFile(contextOf('config'), ownFile);
  for (const name of Object.keys(flags)) {
    const value = contextOf(name);
    if (value !== undefined) values[name] = ofFlag(name, value);
  }
  const result = configSchema.safeParse(values);
  if (result.success) return result.data;
  throw new ConfigError(explain(result.error, values));
}

function readFile(named: unknown, ownFile: string): Record<string, unknown> {
  const path = typeof named === 'string' ? named : ownFile;
  if (!existsSync(path)) {
    if (named === undefined) return {};
    throw new ConfigError(`The configuration file ${path} does not exist.`);
  }
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? `: ${cause.message}` : '.';
    throw new ConfigError(`The configuration file ${path} is not a JSON object${why}`, { cause });
  }
}

function explain(error: z.ZodError, values: Readonly<Record<string, unknown>>): string {
  const lines = error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => `  ${key}: is not a setting`);
    }
    const name = String(issue.path[0]);
    const known = Object.entries(flags).find(([flag]) => flag === name);
    const isAbsent = values[name] === undefined && issue.code !== 'custom';
    const complaint = isAbsent ? 'is missing' : issue.message;
    return [`  ${name}: ${complaint}\n      ${known?.[1] ?? ''}`];
  });
  return [
    'Perennial needs to know about your company before it is deployed:',
    ...lines,
    `Pass each as shown to the cdk command, or put all of them as JSON into ${defaultFile}`,
    '(another file: -c config=path).',
  ].join('\n');
}

/** A flag is text, whatever it stands for. */
function ofFlag(name: string, value: unknown): unknown {
  if (name === 'origins') return listOf(value);
  return name === 'tables' ? objectOf(value) : value;
}

function objectOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function listOf(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;
}

/** The address of a `From`, without the name before it. */
export function addressOf(sender: string): string {
  return /<([^<>]+)>$/.exec(sender)?.[1] ?? sender;
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
