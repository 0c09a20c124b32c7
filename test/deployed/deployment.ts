import { join } from 'node:path';
import * as z from 'zod';
import type { Clients } from './aws-clients.ts';
import type { Place } from './calls.ts';
import { resolved } from './intrinsics.ts';
import type { LambdaSpec } from './lambda-process.ts';
import { leftOut, type Made, makerOf } from './makers.ts';
import { policyDocumentSchema, type Statement } from './policy.ts';
import type { CloudAssembly } from './template.ts';

type Options = {
  readonly assembly: CloudAssembly;
  readonly clients: Clients;
  readonly place: Place;
};

/** A resource of the template with its properties resolved. */
export type Deployed = {
  readonly id: string;
  readonly made: Made;
  readonly properties: Readonly<Record<string, unknown>>;
};

/** The stack as CloudFormation would have made it, on servers that know only a part of AWS. */
export class Deployment {
  readonly #options: Options;
  readonly #made = new Map<string, Promise<Deployed>>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Makes everything; throws for a type that nobody has decided about. */
  async make(): Promise<void> {
    const { resources } = this.#options.assembly;
    const types = new Set(Object.values(resources).map(({ Type }) => Type));
    const unknown = [...types].filter((type) => makerOf(type) === undefined);
    if (unknown.length > 0) {
      throw new Error(
        `The stack has resources of ${unknown.join(', ')}: say in test/deployed/makers.ts how the story makes them, or why it can do without.`,
      );
    }
    for (const id of Object.keys(resources)) await this.of(id);
  }

  /** The resource of a logical id, made when it is asked for first. */
  of(id: string): Promise<Deployed> {
    const known = this.#made.get(id);
    if (known !== undefined) return known;
    const making = this.#make(id);
    this.#made.set(id, making);
    return making;
  }

  async all(type: string): Promise<readonly Deployed[]> {
    const ids = Object.entries(this.#options.assembly.resources)
      .filter(([, { Type }]) => Type === type)
      .map(([id]) => id);
    return Promise.all(ids.map((id) => this.of(id)));
  }

  /** The only one whose logical id begins so. */
  async only(type: string, prefix: string): Promise<Deployed> {
    const found = (await this.all(type)).filter(({ id }) => id.startsWith(prefix));
    const [first, second] = found;
    if (first === undefined || second !== undefined) {
      throw new Error(`The template has ${found.length} resources ${type} named ${prefix}.`);
    }
    return first;
  }

  async lambdas(): Promise<readonly LambdaSpec[]> {
    const made = await this.all('AWS::Lambda::Function');
    return made.map((each) => this.#lambda(each));
  }

  /** What each role may do, by its ARN. */
  async roles(): Promise<ReadonlyMap<string, readonly Statement[]>> {
    const roles = await this.all('AWS::IAM::Role');
    const policies = (await this.all('AWS::IAM::Policy')).map(({ properties }) =>
      policySchema.parse(properties),
    );
    return new Map(
      roles.map(({ made }) => [
        made.attributes['Arn'] ?? '',
        policies
          .filter(({ Roles }) => Roles.includes(made.ref))
          .flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
      ]),
    );
  }

  async #make(id: string): Promise<Deployed> {
    const { assembly, clients, place } = this.#options;
    const resource = assembly.resources[id];
    const make = resource && makerOf(resource.Type);
    if (resource === undefined || make === undefined) {
      throw new Error(`Something refers to ${id}, which the story does not make.`);
    }
    const lookup = {
      ref: async (name: string) => this.#parameter(name) ?? (await this.of(name)).made.ref,
      attribute: async (name: string, attribute: string) => {
        const value = (await this.of(name)).made.attributes[attribute];
        if (value === undefined) throw new Error(`${name} has no attribute ${attribute} here.`);
        return value;
      },
    };
    const properties = fields.parse(await resolved(withoutCode(resource), lookup));
    return { id, properties, made: await make({ id, properties, clients, place }) };
  }

  #parameter(name: string): string | undefined {
    const { region, account } = this.#options.place;
    const parameters: Readonly<Record<string, string>> = {
      'AWS::Region': region,
      'AWS::AccountId': account,
      'AWS::Partition': 'aws',
      'AWS::StackName': 'Perennial',
      'AWS::URLSuffix': 'amazonaws.com',
    };
    return parameters[name];
  }

  #lambda({ id, made, properties }: Deployed): LambdaSpec {
    const { directory, resources } = this.#options.assembly;
    const asset = resources[id]?.Metadata?.['aws:asset:path'];
    if (asset === undefined) throw new Error(`${id} has no bundle.`);
    const { Description, Handler, MemorySize, Timeout, Role, Environment } =
      lambdaSchema.parse(properties);
    return {
      name: made.ref,
      arn: made.attributes['Arn'] ?? '',
      file: Description.split('.ts.')[0] + '.ts',
      folder: join(directory, asset),
      handler: Handler,
      memoryMb: MemorySize,
      timeoutSeconds: Timeout,
      variables: Environment.Variables,
      roleArn: Role,
    };
  }
}

const fields = z.record(z.string(), z.unknown());

/** Where the code lies in a real account is of no use here. */
function withoutCode({ Type, Properties }: CloudAssembly['resources'][string]): unknown {
  if (Type in leftOut) return {};
  if (Type === 'AWS::IAM::Role') return {}; // who may take it is another question
  const { Code: _, ...rest } = Properties;
  return Type === 'AWS::Lambda::Function' ? rest : Properties;
}

const policySchema = z.object({
  Roles: z.array(z.string()),
  PolicyDocument: policyDocumentSchema,
});

const lambdaSchema = z.looseObject({
  Description: z.string(),
  Handler: z.string(),
  MemorySize: z.number(),
  Timeout: z.number(),
  Role: z.string(),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
});
