import { describe, expect, it } from 'vitest';
import { ask, known } from '../../../infra/doctor/asked.ts';
import { checkAccount } from '../../../infra/doctor/checks/account.ts';
import { command, ok, unknown, warning, wrong } from '../../../infra/doctor/finding.ts';
import { doctorOptions } from '../../../infra/doctor/options.ts';
import { exitCodeOf, reportText } from '../../../infra/doctor/report.ts';
import { aDeployment, anAccount } from './accounts.ts';
import { refused, statesOf, textOf } from './states.ts';

describe('a whole account', () => {
  it('in which all is well has nothing but what is well', () => {
    const found = checkAccount(anAccount());
    expect(found.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(found.length).toBeGreaterThan(30);
    expect(exitCodeOf(found)).toBe(0);
  });

  it('about which nothing may be asked has nothing that is well but who asks', () => {
    const { account } = anAccount();
    const nothing = Object.fromEntries(
      Object.keys(account ?? {}).map((part) => [part, part === 'deployed' ? undefined : refused]),
    );
    const found = checkAccount(anAccount(nothing));
    expect(found.filter(({ state }) => state === 'ok').map(({ check }) => check)).toEqual([
      'credentials',
    ]);
    expect(exitCodeOf(found)).toBe(2);
  });

  it('where nothing is deployed is still told what AWS must be asked for beforehand', () => {
    const found = checkAccount(anAccount({ stack: known(undefined), deployed: undefined }));
    expect(statesOf(found)).toMatchObject({
      credentials: 'ok',
      stack: 'wrong',
      'email sandbox': 'ok',
      'quota: Lambda': 'ok',
    });
    expect(Object.keys(statesOf(found))).not.toContain('quarantine');
  });

  it('of somebody whom AWS does not know ends there', () => {
    const { account: _, ...stranger } = anAccount({}, refused);
    const found = checkAccount({ ...stranger, account: undefined });
    expect(statesOf(found)).toEqual({ credentials: 'wrong' });
    expect(textOf(found)).toContain('aws sso login');
  });

  it('says each thing once', () => {
    const twice = aDeployment({ queues: [refused, refused, refused] });
    const texts = checkAccount(anAccount({ deployed: twice })).map((finding) =>
      JSON.stringify(finding),
    );
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe('what AWS says no to', () => {
  const failing =
    (name: string, message = '') =>
    () =>
      Promise.reject(Object.assign(new Error(message), { name }));

  it.each([
    'AccessDenied',
    'AccessDeniedException',
    'AuthorizationError',
    'NotAuthorizedException',
  ])('as %s names the permission', async (name) => {
    expect(await ask('sqs:GetQueueAttributes', failing(name))).toEqual({
      kind: 'unknown',
      why: 'Not allowed: sqs:GetQueueAttributes was refused.',
      permission: 'sqs:GetQueueAttributes',
    });
  });

  it('for any other reason says that reason, in one line', async () => {
    const answer = await ask('sqs:GetQueueAttributes', failing('TimeoutError', 'no\n  answer'));
    expect(answer).toEqual({
      kind: 'unknown',
      why: 'sqs:GetQueueAttributes: TimeoutError: no answer',
      permission: undefined,
    });
  });
});

describe('the report', () => {
  const long = 'word '.repeat(60).trim();
  const findings = [
    ok('well', 'It is.'),
    unknown('hidden', 'Nobody said.', 'Ask again.'),
    wrong('broken', long, command('Repair it:', `aws ${'x'.repeat(200)}`)),
    warning('loose', 'It wobbles.', 'Fasten it.'),
  ];

  it('begins with what is wrong and ends with what is well, and counts both', () => {
    const text = reportText('Heading', findings);
    const places = [
      'Heading',
      'WRONG  broken',
      'WARNING  loose',
      'UNKNOWN  hidden',
      'ok  well  It is.',
    ].map((words) => text.indexOf(words));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(Math.min(...places)).toBe(0);
    expect(text.endsWith('1 wrong, 1 to look at, 1 not known, 1 well.')).toBe(true);
  });

  it('keeps to 96 columns, but leaves a command in one line to copy', () => {
    const lines = reportText('Heading', findings).split('\n');
    const wide = lines.filter((line) => line.length > 96);
    expect(wide).toEqual([`       aws ${'x'.repeat(200)}`]);
  });

  it('says the same once for all that it is about', () => {
    const same = ['one', 'two'].map((check) => unknown(check, 'Nobody said.', 'Ask again.'));
    expect(reportText('Heading', same)).toContain('UNKNOWN  one, two\n');
  });

  it.each([
    [[ok('a', '')], 0],
    [[warning('a', '', ''), ok('b', '')], 0],
    [[unknown('a', '', ''), warning('b', '', '')], 2],
    [[unknown('a', '', ''), wrong('b', '', '')], 1],
  ])('ends scripts as it should', (found, code) => {
    expect(exitCodeOf(found)).toBe(code);
  });
});

describe('the command line', () => {
  it.each([
    [[], { target: 'either', stack: 'Perennial', isJson: false }],
    [['--local'], { target: 'local' }],
    [['--stack', 'Crm'], { target: 'account', stack: 'Crm' }],
    [['--region', 'eu-west-1'], { target: 'account', region: 'eu-west-1' }],
    [['--region', 'us-gov-west-1'], { target: 'account' }],
    [['--profile', 'shop', '--json'], { target: 'account', profile: 'shop', isJson: true }],
  ])('%j', (args, options) => {
    expect(doctorOptions(args)).toMatchObject(options);
  });

  it.each([
    [['--local', '--profile', 'shop'], '--local looks at no account'],
    [['--stack', 'my stack'], '--stack "my stack" cannot be'],
    [['--region', 'Ireland'], '--region "Ireland" cannot be'],
    [['--fix'], "Unknown option '--fix'"],
    [['now'], 'Unexpected argument'],
  ])('refuses %j by name', (args, words) => {
    expect(() => doctorOptions(args)).toThrow(words);
  });

  it('may ask for a text instead', () => {
    expect(doctorOptions(['--help'])).toBe('help');
    expect(doctorOptions(['--policy'])).toBe('policy');
  });
});

describe('what others wrote', () => {
  it('commands no terminal', () => {
    const text = reportText('A stack', [
      ok('DMARC', 'says v=DMARC1\u001b[2J\u009b1A\u0007;\rp=none'),
    ]);
    expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(text).toContain('v=DMARC1\uFFFD[2J');
  });

  it.each(['$(id)', 'a;b', '`id`', 'a b', "'", '>x'])('is no profile to copy: %s', (profile) => {
    expect(() => doctorOptions(['--profile', profile])).toThrow('--profile');
  });

  it.each(['shop', 'AdministratorAccess-123456789012', 'anna@shop.example', 'org/team_1'])(
    'is one: %s',
    (profile) => {
      expect(doctorOptions(['--profile', profile])).toMatchObject({ profile });
    },
  );
});
