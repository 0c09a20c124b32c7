import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it } from 'vitest';
import { exampleConfig } from '../../infra/config.ts';
import { synthesised } from './synthesised.ts';

const template = synthesised();
const folder = mkdtempSync(join(tmpdir(), 'perennial-outputs-'));
const told = join(folder, 'told');

/** Stand where the CLI and curl stand, and note how they were called. */
for (const name of ['aws', 'curl']) {
  const path = join(folder, name);
  const note = `require('fs').appendFileSync('${told}', JSON.stringify(['${name}', ...process.argv.slice(2)]) + '\\n');`;
  const answer = `if (process.argv[2] === 'lambda') require('fs').writeFileSync('republished.json', '{}');`;
  writeFileSync(path, `#!${process.execPath}\n${note}\n${answer}\n`);
  chmodSync(path, 0o755);
}
afterAll(() => rmSync(folder, { recursive: true }));

/** Whoever deploys is called this, and has chosen a password of that sort. */
const variables = {
  EMAIL: "o'neil+crm@shop.example",
  PASSWORD: 'aA1! "two", $HOME `id` \\ {three}=[4]',
  TOKEN: 'header.body.signature',
  FROM: '2026-11-20T00:00:00Z',
  TO: '2026-11-21T00:00:00Z',
};

/** The value as it is after deployment, with the ids of resources for what is known only then. */
const valueOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [[kind, of] = []] = Object.entries(value ?? {});
  if (kind === 'Fn::Join') return of[1].map(valueOf).join('');
  const id = [of].flat().join('-').replaceAll('::', '-');
  return id.endsWith('ApiEndpoint') ? 'https://api.example.com' : id;
};

const outputOf = (name: string, of: Template = template): string =>
  valueOf(of.findOutputs(name)[name]?.['Value']);

/** Gives a command to bash as it was copied, and answers what was called with what. */
const calledBy = (name: string, more: Readonly<Record<string, string>> = {}) => {
  rmSync(told, { force: true });
  const path = [folder, dirname(process.execPath), process.env['PATH']].join(delimiter);
  const { status, stderr } = spawnSync('bash', ['--norc', '-eu', '-c', outputOf(name)], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: path, ...variables, ...more },
  });
  expect([status, stderr]).toEqual([0, '']);
  const lines = readFileSync(told, 'utf8').trimEnd().split('\n');
  return lines.map((line): readonly string[] => JSON.parse(line));
};

const after = (call: readonly string[], flag: string) => call[call.indexOf(flag) + 1];

describe('a command of the outputs, copied into bash', () => {
  it('makes the admin, whatever the address and the password are made of', () => {
    const [create = [], password = [], group = [], ...more] = calledBy('FirstAdmin');
    expect(more).toEqual([]);
    expect(create.slice(0, 3)).toEqual(['aws', 'cognito-idp', 'admin-create-user']);
    expect(create).toContain(`Name=email,Value=${variables.EMAIL}`);
    expect(after(password, '--password')).toBe(variables.PASSWORD);
    expect(after(group, '--group-name')).toBe('admin');
    for (const call of [create, password, group]) {
      expect([after(call, '--user-pool-id'), after(call, '--username')]).toEqual([
        'UserPool',
        variables.EMAIL,
      ]);
    }
  });

  it('asks for a token with the password as it is, commas and quotes included', () => {
    const [call = []] = calledBy('AdminToken');
    expect(JSON.parse(after(call, '--auth-parameters') ?? '')).toEqual({
      USERNAME: variables.EMAIL,
      PASSWORD: variables.PASSWORD,
    });
    expect(after(call, '--query')).toBe('AuthenticationResult.AccessToken');
  });

  it('makes a source and its key with the token', () => {
    const calls = calledBy('FirstWriteKey');
    expect(calls.map((call) => [after(call, '-X'), after(call, '-H'), call[4]])).toEqual([
      [
        'PUT',
        `authorization: Bearer ${variables.TOKEN}`,
        'https://api.example.com/admin/sources/website',
      ],
      [
        'POST',
        `authorization: Bearer ${variables.TOKEN}`,
        'https://api.example.com/admin/sources/website/keys',
      ],
    ]);
    expect(JSON.parse(after(calls[0] ?? [], '-d') ?? '')).toEqual({ name: 'Website' });
  });

  it.each([
    [{}, null],
    [{ NEXT: '[{"segment":3,"after":null}]' }, [{ segment: 3, after: null }]],
  ])('publishes again, with %j', (more, next) => {
    const [call = []] = calledBy('RepublishCommand', more);
    const payload: unknown = JSON.parse(after(call, '--payload') ?? '');
    expect(payload).toEqual({ from: variables.FROM, to: variables.TO, next });
  });

  it('has the logs of SMS handed over, both groups of them', () => {
    const calls = calledBy('TextStatusSetup');
    const filters = calls.filter((call) => call[2] === 'put-subscription-filter');
    const group = 'sns/AWS-Region/AWS-AccountId/DirectPublishToPhoneNumber';
    expect(filters.map((call) => after(call, '--log-group-name'))).toEqual([
      group,
      `${group}/Failure`,
    ]);
    for (const call of filters) expect(after(call, '--filter-pattern')).toBe('');
    expect(calls.at(-1)?.slice(0, 3)).toEqual(['aws', 'sns', 'set-sms-attributes']);
  });
});

describe('the outputs', () => {
  it('tell no secret', () => {
    const text = JSON.stringify(template.findOutputs('*'));
    expect(text).not.toMatch(/LinkSigning|resolve:|secretsmanager|SecretString/);
  });

  it('name the records that let mail be trusted: MAIL FROM with SPF, and DMARC', () => {
    expect(outputOf('MailFromRecords')).toBe(
      'mail.example.com MX 10 feedback-smtp.AWS-Region.amazonses.com; ' +
        'mail.example.com TXT "v=spf1 include:amazonses.com ~all"',
    );
    expect(outputOf('DmarcRecord')).toBe('_dmarc.example.com TXT "v=DMARC1; p=none;"');
  });
});

describe('the sender’s domain', () => {
  it('is where bounces return to, and mail goes on while the records are missing', () => {
    expect(() =>
      template.hasResourceProperties('AWS::SES::EmailIdentity', {
        EmailIdentity: 'example.com',
        MailFromAttributes: {
          MailFromDomain: 'mail.example.com',
          BehaviorOnMxFailure: 'USE_DEFAULT_VALUE',
        },
        // Signed by keys that SES changes by itself.
        DkimSigningAttributes: Match.absent(),
        // What is sent without naming a configuration set, by hand, is told of all the same.
        ConfigurationSetAttributes: {
          ConfigurationSetName: { Ref: Match.stringLikeRegexp('^EmailConfigurationSet') },
        },
      }),
    ).not.toThrow();
  });

  it('has all that becomes of its mail told, the sending itself too, of which an unknown outcome is settled', () => {
    const [events] = Object.values(
      template.findResources('AWS::SES::ConfigurationSetEventDestination'),
    );
    expect(events?.['Properties'].EventDestination.MatchingEventTypes.toSorted()).toEqual([
      'bounce',
      'click',
      'complaint',
      'delivery',
      'deliveryDelay',
      'open',
      'reject',
      'renderingFailure',
      'send',
    ]);
  });

  it('has its reputation measured, and its mail takes TLS wherever there is TLS', () => {
    expect(() =>
      template.hasResourceProperties('AWS::SES::ConfigurationSet', {
        ReputationOptions: { ReputationMetricsEnabled: true },
        DeliveryOptions: { TlsPolicy: 'OPTIONAL' },
        SuppressionOptions: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
      }),
    ).not.toThrow();
  });
});

describe('an API with a name of its own', () => {
  const named = {
    ...exampleConfig,
    domain: 'crm.example.com',
    certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/one',
  };
  const alone = synthesised(named);
  const inZone = synthesised({ ...named, hostedZoneId: 'Z0123456789ABC' });
  const domainId = Object.keys(alone.findResources('AWS::ApiGatewayV2::DomainName'))[0];

  it('carries it in links and outputs, over TLS 1.2, and answers under the old name too', () => {
    expect(outputOf('ApiUrl', alone)).toBe('https://crm.example.com');
    expect(outputOf('FirstWriteKey', alone)).toContain('https://crm.example.com/admin/sources');
    for (const lambda of Object.values(alone.findResources('AWS::Lambda::Function'))) {
      const settings = valueOf(lambda['Properties'].Environment.Variables.PERENNIAL_SETTINGS);
      expect(JSON.parse(settings).publicUrl).toBe('https://crm.example.com');
    }
    expect(() => {
      alone.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
        DomainName: 'crm.example.com',
        DomainNameConfigurations: [
          { CertificateArn: named.certificateArn, SecurityPolicy: 'TLS_1_2' },
        ],
      });
      alone.hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', {
        ApiMappingKey: Match.absent(),
        DomainName: { Ref: domainId },
      });
      alone.hasResourceProperties('AWS::ApiGatewayV2::Api', {
        DisableExecuteApiEndpoint: Match.absent(),
      });
    }).not.toThrow();
  });

  it('is entered into the company’s zone, or an output says what to enter', () => {
    expect(outputOf('DomainRecord', alone)).toBe(
      `crm.example.com CNAME ${domainId}-RegionalDomainName`,
    );
    expect(Object.keys(alone.findResources('AWS::Route53::RecordSet'))).toEqual([]);
    expect(Object.keys(inZone.findOutputs('DomainRecord'))).toEqual([]);
    expect(() =>
      inZone.hasResourceProperties('AWS::Route53::RecordSet', {
        Name: Match.anyValue(),
        Type: 'A',
        HostedZoneId: 'Z0123456789ABC',
        AliasTarget: {
          DNSName: { 'Fn::GetAtt': [domainId, 'RegionalDomainName'] },
          HostedZoneId: { 'Fn::GetAtt': [domainId, 'RegionalHostedZoneId'] },
        },
      }),
    ).not.toThrow();
  });

  it('is none of the stack’s unless it is configured', () => {
    expect(Object.keys(template.findResources('AWS::ApiGatewayV2::DomainName'))).toEqual([]);
    expect(Object.keys(template.findOutputs('DomainRecord'))).toEqual([]);
  });
});
