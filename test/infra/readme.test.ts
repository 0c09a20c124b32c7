import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { configSchema, exampleConfig } from '../../infra/config.ts';
import { backupOptions, restoreOptions } from '../../infra/recovery/recovery-options.ts';
import { restoredTablesSchema } from '../../infra/restored-tables.ts';
import { aWorld } from '../support/world.ts';
import { synthesised } from './synthesised.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** What is said of the deployment, and where. */
const documents = ['infra/README.md', 'infra/runbook.md', 'README.md'] as const;
const readme = read('infra/README.md');

const template = synthesised({
  ...exampleConfig,
  domain: 'api.example.com',
  certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/a-b',
});
const resources: Readonly<Record<string, { Type: string; DeletionPolicy?: string }>> =
  template.toJSON()['Resources'];
const outputs = template.findOutputs('*');

const all = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? '');
const unique = (texts: readonly string[]) => [...new Set(texts)].toSorted();

/** Without the line ends that a shell does not see. */
const joined = (text: string): string => text.replaceAll(/\\\n\s*/g, ' ');

/** A chapter, to the next heading of its rank. */
function chapter(text: string, heading: string): string {
  const rank = heading.split(' ')[0] ?? '';
  const [, rest] = text.split(`\n${heading}\n`);
  if (rest === undefined) throw new Error(`There is no chapter "${heading}".`);
  return rest.split(new RegExp(`\n#{1,${rank.length}} `))[0] ?? '';
}

const countOf = (type: string): number =>
  Object.values(resources).filter(({ Type }) => Type === type).length;

describe('what the document of the deployment names', () => {
  it('are the outputs there are, each of them', () => {
    const table = chapter(readme, '### 2. Deploy').split('| output | is |')[1] ?? '';
    const told = all(table, /`([A-Z][A-Za-z]+)`/g);
    expect(unique(told)).toEqual(Object.keys(outputs).toSorted());
    const printed = documents.flatMap((path) => all(read(path), /\boutput ([A-Z]\w+)/g));
    const named = documents.flatMap((path) => all(read(path), /outputs? `(\w+)`/g));
    expect(unique([...printed, ...named]).filter((name) => !Object.hasOwn(outputs, name))).toEqual(
      [],
    );
    expect(printed.length).toBeGreaterThan(5);
  });

  it('are resources there are, by their logical ids', () => {
    const kinds = /`((?!OnlyA)[A-Z][A-Za-z]+(?:Table|Queue|DeadLetters|Bucket|Secret|UserPool))`/g;
    const named = documents.flatMap((path) => all(read(path), kinds));
    expect(unique(named).filter((id) => !Object.hasOwn(resources, id))).toEqual([]);
  });

  it('are just those that stay when the stack goes', () => {
    const stays = chapter(readme, '## Remove').split('These stay:')[1]?.split('A later')[0] ?? '';
    const kept = Object.entries(resources)
      .filter(([, { DeletionPolicy }]) => DeletionPolicy?.startsWith('Retain'))
      .map(([id]) => id);
    expect(unique(all(stays, /`([A-Z]\w+)`/g))).toEqual(kept.toSorted());
  });

  it('is as many of each as there are', () => {
    const counts =
      /(\d+) functions, (\d+) queues with their dead letters, three tables, (\d+) alarms/;
    expect(counts.exec(readme.replaceAll('\n', ' '))?.slice(1).map(Number)).toEqual([
      countOf('AWS::Lambda::Function'),
      countOf('AWS::SQS::Queue') / 2,
      countOf('AWS::CloudWatch::Alarm'),
    ]);
    expect(countOf('AWS::DynamoDB::Table')).toBe(3);
  });

  it('are the settings there are, each of them', () => {
    const table = chapter(readme, '## Configuration');
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));
    const told = rows.flatMap((row) => all(row.split('|')[1] ?? '', /`(\w+)`/g));
    expect(told.toSorted()).toEqual(Object.keys(configSchema.shape).toSorted());
    for (const [name, schema] of Object.entries(configSchema.shape)) {
      const row = rows.find((line) => line.split('|')[1]?.includes(`\`${name}\``)) ?? '';
      expect([name, !row.includes('| optional')]).toEqual([
        name,
        !schema.safeParse(undefined).success,
      ]);
    }
    for (const name of Object.keys(restoredTablesSchema.shape))
      expect(readme).toContain(`\`${name}\``);
  });

  it('is a configuration that is deployed as it stands', () => {
    const files = [
      ...all(readme, /```json\n([\s\S]*?)```/g),
      ...all(read('README.md'), /<<'JSON'\n([\s\S]*?)\nJSON/g),
    ];
    expect(files).toHaveLength(2);
    for (const file of files) {
      expect(configSchema.safeParse(JSON.parse(file)).error).toBeUndefined();
    }
    const flags = documents.flatMap((path) => all(joined(read(path)), /[ `]-c (\w+)=/g));
    const unknown = unique(flags).filter((name) => !Object.hasOwn(configSchema.shape, name));
    expect(unknown).toEqual(['config', 'name']);
  });
});

describe('the commands of the documents', () => {
  const text = documents.map((path) => joined(read(path))).join('\n');

  it('are scripts there are', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const told = unique(all(text, /npm run ([a-z:]+)/g));
    expect(told.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
    expect(unique(all(text, /npx cdk (\w+)/g))).toEqual(
      expect.arrayContaining(['bootstrap', 'deploy', 'destroy', 'diff']),
    );
  });

  it('describe the company before CDK asks for it, which it does at the bootstrap already', () => {
    for (const path of ['infra/README.md', 'README.md']) {
      const [before, after] = read(path).split('npx cdk bootstrap');
      expect(before).toContain('perennial.config.json');
      expect(after).toContain('npx cdk deploy');
    }
  });

  it('are understood by npm run restore and npm run backup as they stand', () => {
    const argsOf = (name: string) =>
      all(text, new RegExp(`npm run ${name} -- ([^\`\\n#]+)`, 'g')).map((args) =>
        args.trim().split(/\s+/),
      );
    const restores = argsOf('restore').map((args) =>
      restoreOptions(args, Date.parse('2027-01-01')),
    );
    const kinds = restores.map(({ action }) => action.kind);
    expect(unique(kinds)).toEqual(['abandon', 'carry', 'resume', 'restore'].toSorted());
    const backups = argsOf('backup').map((args) => backupOptions(args).action.kind);
    expect(unique(backups)).toEqual(['delete', 'list', 'make']);
  });

  const commands = awsCommands(
    `${text}\n${Object.values(outputs)
      .map(({ Value }) => textOf(Value))
      .join('\n')}`,
  );

  it('call operations of AWS that there are, with options that they have', async () => {
    expect(commands.length).toBeGreaterThan(20);
    const faults = commands.flatMap(({ service, operation, options }) => {
      const members = membersOf(service, operation);
      if (members === undefined) return [`aws ${service} ${operation}`];
      return options
        .filter(
          (option) => !members.includes(option) && !members.includes(option.replace(/^no/, '')),
        )
        .map((option) => `aws ${service} ${operation} --${option}`);
    });
    expect(unique(faults)).toEqual([]);
  });
});

/** An output's value as a person reads it; what is known when it is deployed is `later`. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const parts: unknown = Object(value)['Fn::Join']?.[1];
  return Array.isArray(parts) ? parts.map(textOf).join('') : 'later';
}

/** Of the CLI itself, whatever is called. */
const cliOptions = ['output', 'query', 'clireadtimeout', 'clibinaryformat'];

/** Every call of the AWS CLI in a text; options in small letters without dashes. */
function awsCommands(text: string) {
  return [
    ...text.matchAll(
      /\baws ([a-z0-9-]+) ([a-z][a-z0-9-]+)((?:(?!\baws [a-z0-9-]+ [a-z])[^\n`])*)/g,
    ),
  ].map(([, service = '', operation = '', rest = '']) => ({
    service,
    operation,
    options: all(rest.split(/&&|\|\|/)[0] ?? '', /(?<=\s)--([a-z][a-z0-9-]*)/g)
      .map((option) => option.replaceAll('-', ''))
      .filter((option) => !cliOptions.includes(option)),
  }));
}

/** The names of what an operation takes, as its client knows them; undefined: there is no such operation. */
function membersOf(service: string, operation: string): readonly string[] | undefined {
  const packages: Readonly<Record<string, string>> = {
    'cognito-idp': 'cognito-identity-provider',
    events: 'eventbridge',
    logs: 'cloudwatch-logs',
    secretsmanager: 'secrets-manager',
  };
  const client: Readonly<Record<string, unknown>> = createRequire(import.meta.url)(
    `@aws-sdk/client-${packages[service] ?? service}`,
  );
  const wanted = `${operation.replaceAll('-', '')}command`;
  const name = Object.keys(client).find((each) => each.toLowerCase() === wanted);
  const Command = name === undefined ? undefined : client[name];
  if (typeof Command !== 'function') return undefined;
  const { schema } = Reflect.construct(Command, [{}]);
  const input = typeof schema[4] === 'function' ? schema[4]() : schema[4];
  // An operation without input has the unit, which has no members.
  return Array.isArray(input?.[4]) ? input[4].map((member: string) => member.toLowerCase()) : [];
}

describe('the first hour', () => {
  it('goes from no source to a campaign that is received, call by call as it is written', async () => {
    await using world = await aWorld();
    const values: Record<string, string> = { TOKEN: world.adminToken };
    const call = async ([, method = '', path = '', headers = '', body]: RegExpExecArray) => {
      const filled = all(headers, /-H "([^"]+)"/g).map((header) =>
        header.replaceAll(/\$(\w+)/g, (_, name: string) => values[name] ?? ''),
      );
      const answer = await world.request(method, path, {
        headers: Object.fromEntries(filled.map((header) => header.split(': '))),
        ...(body !== undefined && { body: JSON.parse(body) }),
      });
      await world.settle();
      if (answer.status >= 300)
        throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return answer;
    };
    const calls = (text: string) => [
      ...joined(text).matchAll(
        /curl -fsS -X (\w+) "?(?:\$URL|https:\/\/api\.example\.com)([^" ]+)"?((?: -H "[^"]*")*)(?: -d '([^']*)')?/g,
      ),
    ];
    for (const one of calls(textOf(outputs['FirstWriteKey']?.['Value']))) {
      const answer = await call(one);
      values['WRITE_KEY'] = String(Object(answer.json())['key'] ?? '');
    }
    const written = calls(chapter(readme, '## The first hour'));
    expect(written).toHaveLength(9);
    for (const one of written) await call(one);
    await world.advance('P8D');
    expect(world.outbox().map(({ to }) => to)).toEqual(['you@shop.example', 'you@shop.example']);
  });

  it('names routes that there are', async () => {
    await using world = await aWorld();
    const { paths } = Object(
      (await world.request('GET', '/admin/openapi.json', { admin: true })).json(),
    );
    const told = documents.flatMap((path) =>
      all(read(path), /`((?:GET|PUT|POST|DELETE) \/[^`?\s]+)/g),
    );
    const unknown = unique(told).filter((route) => {
      const [method = '', path = ''] = route.split(' ');
      return paths[path]?.[method.toLowerCase()] === undefined;
    });
    expect(unknown).toEqual([]);
    expect(told.length).toBeGreaterThan(5);
  });
});

describe('the links of the documents', () => {
  it.each([
    ...documents,
    'infra/costs/README.md',
    'infra/sizing.md',
    'infra/decisions/0031-recovery.md',
  ])('of %s lead somewhere', (path) => {
    const targets = all(read(path), /\]\((?!https?:)([^)\s]+)\)/g);
    const lost = targets.filter((target) => {
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(root, to))) return true;
      return anchor !== undefined && !anchorsOf(read(to)).includes(anchor);
    });
    expect(lost).toEqual([]);
  });
});

/** As GitHub makes them of headings. */
const anchorsOf = (text: string): readonly string[] =>
  all(text, /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
