import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Config,
  ConfigError,
  configSchema,
  exampleConfig,
  readConfig,
} from '../../infra/config.ts';
import { functions } from '../../infra/manifest.ts';
import { synthesised } from './synthesised.ts';

const flags = {
  sender: 'Shop <news@shop.example>',
  senderDomain: 'shop.example',
  timeZone: 'Europe/Riga',
  country: 'LV',
  origins: 'https://www.shop.example, https://shop.example',
  alarmEmail: 'oncall@shop.example',
};

/** An API with a name of its own. */
const named: Partial<Config> = {
  domain: 'crm.example.com',
  certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/one',
};

/** Without the company's own file: it may lie there. */
const read = (context: Readonly<Record<string, unknown>>) =>
  readConfig((name) => context[name], 'none.json');

const complaint = (context: Readonly<Record<string, unknown>>): string => {
  try {
    read(context);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

const fileWith = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'perennial-')), 'company.json');
  writeFileSync(path, text);
  return path;
};

describe('the configuration of a deployment', () => {
  it('is read from flags', () => {
    expect(read(flags)).toEqual({
      ...flags,
      origins: ['https://www.shop.example', 'https://shop.example'],
      smsType: 'Promotional',
      tracing: 'on',
      epoch: '1',
    });
  });

  it('is read from a file, which flags override', () => {
    const config = fileWith(JSON.stringify({ ...exampleConfig, country: 'EE' }));
    expect(read({ config })).toEqual({ ...exampleConfig, country: 'EE' });
    expect(read({ config, country: 'LV' }).country).toBe('LV');
  });

  it('takes the days that the timeline is kept as a number, and keeps all without them', () => {
    expect(read({ ...flags, timelineDays: '730' }).timelineDays).toBe(730);
    expect(read(flags)).not.toHaveProperty('timelineDays');
  });

  it('names every missing value and the flag that sets it, all at once', () => {
    const message = complaint({ timeZone: 'Europe/Riga' });
    for (const line of [
      'sender: is missing\n      -c sender="Shop <news@example.com>"',
      'senderDomain: is missing\n      -c senderDomain=example.com',
      'origins: is missing\n      -c origins=https://www.example.com',
      'alarmEmail: is missing\n      -c alarmEmail=oncall@example.com',
    ]) {
      expect(message).toContain(line);
    }
    expect(message).not.toContain('timeZone');
    expect(message).not.toContain('country');
  });

  it.each([
    [{ timeZone: 'Riga' }, 'timeZone: must be an IANA time zone'],
    [{ country: 'Latvia' }, 'country: must be a two-letter country code'],
    [{ country: 'ZZ' }, 'country: must be a two-letter country code'],
    [{ country: 'lv' }, 'country: must be a two-letter country code'],
    [{ origins: 'https://www.shop.example/' }, 'origins: must be an origin'],
    [{ origins: '*' }, 'origins: must be an origin'],
    [{ alarmEmail: 'oncall' }, 'alarmEmail: must be an email address'],
    [{ sender: 'Shop' }, 'sender: must be an address'],
    [{ sender: 'news@other.example' }, 'sender: must be on the senderDomain'],
    [{ smsType: 'Loud' }, 'smsType: must be Promotional or Transactional'],
    [
      { iosApplication: 'arn:aws:sns:eu-west-1:123456789012:app/GCM/Shop' },
      'iosApplication: must be the ARN of a platform application for APNS',
    ],
    [{ timelineDays: 'P1Y' }, 'timelineDays: must be a whole number of days'],
    [{ timelineDays: '90.5' }, 'timelineDays: must be a whole number of days'],
    [{ timelineDays: '29' }, 'timelineDays: must be at least 30'],
    [{ timelineDays: '' }, 'timelineDays: must be at least 30'],
    [{ mailFromDomain: 'mail.other.example' }, 'mailFromDomain: must be a subdomain'],
    [{ mailFromDomain: 'shop.example' }, 'mailFromDomain: must be a subdomain'],
    [{ domain: 'https://crm.shop.example' }, 'domain: must be a domain'],
    [{ domain: 'crm.shop.example' }, 'certificateArn: is missing: the domain needs a certificate'],
    [{ ...named, domain: undefined }, 'domain: is missing: a certificate and a hosted zone'],
    [{ hostedZoneId: 'Z0123456789ABC' }, 'domain: is missing: a certificate and a hosted zone'],
    [{ ...named, hostedZoneId: 'shop.example' }, 'hostedZoneId: must be the id of a hosted zone'],
    [{ ...named, certificateArn: 'crm' }, 'certificateArn: must be the ARN of a certificate'],
    [{ accountConcurrency: 'all' }, 'accountConcurrency: must be a whole number of executions'],
    [{ tracing: 'yes' }, 'tracing: must be on or off'],
    [{ accountConcurrency: '10' }, 'accountConcurrency: must be at least 500 before parts'],
  ])('refuses %j and says what it must be', (change, line) => {
    expect(complaint({ ...flags, ...change })).toContain(line);
  });

  it('refuses a setting it does not know', () => {
    const config = fileWith(JSON.stringify({ ...exampleConfig, timezone: 'UTC' }));
    expect(complaint({ config })).toContain('timezone: is not a setting');
  });

  it('says when its file is not there or is no JSON', () => {
    expect(complaint({ config: '/nowhere/company.json' })).toContain('does not exist');
    expect(complaint({ config: fileWith('sender=me') })).toContain('is not a JSON object: ');
    expect(complaint({ config: fileWith('[]') })).toContain('is not a JSON object.');
  });

  it('says that websites are a list', () => {
    const config = fileWith(JSON.stringify({ ...exampleConfig, origins: 'https://shop.example' }));
    expect(complaint({ config })).toContain('origins: must be a list of websites');
  });
});

/** A change of each setting alone, and the one place of the template that it belongs in. */
const changes: {
  // What `tables` changes has tests of its own: restored-tables.test.ts.
  readonly [Name in Exclude<keyof Config, 'tables'>]-?: {
    to: Config[Name];
    place: string;
    /** What changes with it, such as what it grants. */
    besides?: string;
    /** What is configured already, without which the setting is nothing. */
    given?: Partial<Config>;
    /** What then stands there, when not itself: what is known only when it is deployed is `later`. */
    shown?: readonly unknown[];
  };
} = {
  sender: {
    to: 'Perennial example <hello@example.com>',
    place: 'AWS::Lambda::Function PERENNIAL_SETTINGS.sender',
    besides: 'AWS::IAM::Policy PolicyDocument.Statement',
  },
  senderDomain: {
    to: 'shop.example',
    place: 'AWS::SES::EmailIdentity EmailIdentity',
    besides: 'AWS::SES::EmailIdentity MailFromAttributes.MailFromDomain',
  },
  epoch: {
    to: '2',
    place: 'AWS::Lambda::Function PERENNIAL_SETTINGS.epoch',
    // With the names of the three tables and the stream of the timeline.
    shown: ['2 later later later later'],
  },
  timeZone: { to: 'Asia/Tokyo', place: 'AWS::Lambda::Function PERENNIAL_SETTINGS.timeZone' },
  country: { to: 'JP', place: 'AWS::Lambda::Function PERENNIAL_SETTINGS.defaultCountry' },
  origins: {
    to: ['https://one.example', 'https://two.example'],
    place: 'AWS::ApiGatewayV2::Api CorsConfiguration.AllowOrigins',
  },
  alarmEmail: { to: 'night@example.com', place: 'AWS::SNS::Subscription Endpoint' },
  smsType: { to: 'Transactional', place: 'AWS::Lambda::Function PERENNIAL_TEXT.smsType' },
  iosApplication: {
    to: 'arn:aws:sns:eu-west-1:123456789012:app/APNS_SANDBOX/Other',
    place: 'AWS::Lambda::Function PERENNIAL_PUSH.applications.ios',
    besides: 'AWS::IAM::Policy PolicyDocument.Statement',
  },
  androidApplication: {
    to: 'arn:aws:sns:eu-west-1:123456789012:app/GCM/Other',
    place: 'AWS::Lambda::Function PERENNIAL_PUSH.applications.android',
    besides: 'AWS::IAM::Policy PolicyDocument.Statement',
  },
  timelineDays: { to: 400, place: 'AWS::Lambda::Function PERENNIAL_SETTINGS.timelineDays' },
  mailFromDomain: {
    to: 'bounces.example.com',
    place: 'AWS::SES::EmailIdentity MailFromAttributes.MailFromDomain',
  },
  domain: {
    to: 'go.example.com',
    place: 'AWS::Lambda::Function PERENNIAL_SETTINGS.publicUrl',
    besides: 'AWS::ApiGatewayV2::DomainName DomainName',
    given: named,
    shown: ['https://go.example.com'],
  },
  certificateArn: {
    to: 'arn:aws:acm:eu-west-1:123456789012:certificate/other',
    place: 'AWS::ApiGatewayV2::DomainName DomainNameConfigurations',
    given: named,
    shown: [
      [
        {
          CertificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/other',
          EndpointType: 'REGIONAL',
          SecurityPolicy: 'TLS_1_2',
        },
      ],
    ],
  },
  hostedZoneId: {
    to: 'Z9999',
    place: 'AWS::Route53::RecordSet HostedZoneId',
    given: { ...named, hostedZoneId: 'Z0000' },
  },
  accountConcurrency: {
    to: 3_000,
    place: 'AWS::Lambda::Function ReservedConcurrentExecutions',
    given: { accountConcurrency: 1_000 },
    // For the public API, for marketers, for the publisher.
    shown: [1_200, 100, 300],
  },
  tracing: {
    to: 'off',
    place: 'AWS::Lambda::Function TracingConfig.Mode',
    shown: ['PassThrough'],
  },
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The leaves of a template's value by their paths; a variable that is JSON text has leaves too. */
const leavesOf = (value: unknown, path: readonly string[]): [string, string][] => {
  const text = isRecord(value) ? joined(value['Fn::Join']) : value;
  if (typeof text === 'string' && text.startsWith('{')) return leavesOf(JSON.parse(text), path);
  if (typeof text === 'string' || !isRecord(value)) return [[path.join('.'), JSON.stringify(text)]];
  return Object.entries(value).flatMap(([name, part]) => leavesOf(part, [...path, name]));
};

/** A joined text, with a word for each part that is known at deployment only. */
const joined = (join: unknown): string | undefined => {
  const [separator, parts] = Array.isArray(join) ? join : [];
  if (typeof separator !== 'string' || !Array.isArray(parts)) return undefined;
  return parts.map((part) => (typeof part === 'string' ? part : 'later')).join(separator);
};

type CfnResource = { readonly Type: string; readonly Properties?: unknown };

/** All that stands at each place of the template, whatever the resources' ids are. */
const standing = (config: Config): ReadonlyMap<string, readonly string[]> => {
  const resources: Readonly<Record<string, CfnResource>> =
    synthesised(config).toJSON()['Resources'];
  const leaves = Object.values(resources).flatMap(({ Type: type, Properties: properties }) =>
    leavesOf(properties, []).map(([path, leaf]) => ({
      place: `${type} ${path.replace('Environment.Variables.', '')}`,
      leaf,
    })),
  );
  return new Map(
    [...Map.groupBy(leaves, ({ place }) => place)].map(([place, found]) => [
      place,
      found.map(({ leaf }) => leaf).toSorted(),
    ]),
  );
};

describe('the stack of a configured company', () => {
  it('has a change to try for every setting', () => {
    const settings = [...Object.keys(changes), 'tables'];
    expect(settings.toSorted()).toEqual(Object.keys(configSchema.shape).toSorted());
  });

  const unchanged = standing(exampleConfig);

  it.each(Object.entries(changes))(
    'changes in one place with %s',
    (name, { to, place, besides, given, shown = [to] }) => {
      const base = { ...exampleConfig, ...given };
      const before = given === undefined ? unchanged : standing(base);
      const after = standing({ ...base, [name]: to });
      const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
        (at) => JSON.stringify(before.get(at)) !== JSON.stringify(after.get(at)),
      );
      const places = besides === undefined ? [place] : [place, besides];
      expect(changed.toSorted()).toEqual(places.toSorted());
      const texts = shown.map((value) => JSON.stringify(value));
      expect(new Set(after.get(place))).toEqual(new Set(texts));
    },
  );

  it('tells every function the settings', () => {
    const { length } = functions;
    expect(unchanged.get('AWS::Lambda::Function PERENNIAL_SETTINGS.timeZone')).toHaveLength(length);
    expect(unchanged.get('AWS::Lambda::Function PERENNIAL_SETTINGS.sender')).toHaveLength(length);
  });
});
