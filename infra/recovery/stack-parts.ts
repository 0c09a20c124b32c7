import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { Refused } from './refused.ts';
import { type EachTable, eachTable } from './table-names.ts';

/** What of the deployed stack a recovery works with. */
export type StackParts = {
  readonly stack: string;
  /** The tables the functions work on: the stack's own, or restored ones. */
  readonly inUse: EachTable<string>;
  /** The stack's own, in use or not. */
  readonly own: EachTable<string>;
  readonly inputsUrl: string;
  /** Ids of everything that has a function read something. */
  readonly mappings: readonly string[];
};

const ownIds = {
  profiles: 'ProfilesTable',
  timeline: 'TimelineTable',
  marketing: 'MarketingTable',
};
const outputNames = {
  profiles: 'ProfilesTableName',
  timeline: 'TimelineTableName',
  marketing: 'MarketingTableName',
};
const mappingType = 'AWS::Lambda::EventSourceMapping';

/** Reads the deployed stack; refuses while it is being deployed. */
export async function stackParts(client: CloudFormationClient, name: string): Promise<StackParts> {
  const stack = await described(client, name);
  if (stack.StackStatus?.endsWith('IN_PROGRESS') === true) {
    throw new Refused(`The stack ${name} is ${stack.StackStatus}: wait until that is over.`);
  }
  const output = new Map(
    stack.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );
  const ids = new Map<string, string>();
  const mappings: string[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: name })) {
    for (const resource of page.StackResourceSummaries ?? []) {
      const { LogicalResourceId: logical, PhysicalResourceId: physical, ResourceType } = resource;
      if (logical === undefined || physical === undefined) continue;
      ids.set(logical, physical);
      if (ResourceType === mappingType) mappings.push(physical);
    }
  }
  const must = (what: string, value: string | undefined): string => {
    if (value !== undefined) return value;
    throw new Refused(`The stack ${name} has no ${what}: is it Perennial? (--stack NAME)`);
  };
  return {
    stack: name,
    inUse: eachTable((table) =>
      must(`output ${outputNames[table]}`, output.get(outputNames[table])),
    ),
    own: eachTable((table) => must(`table ${ownIds[table]}`, ids.get(ownIds[table]))),
    inputsUrl: must('queue InputsQueue', ids.get('InputsQueue')),
    mappings,
  };
}

async function described(client: CloudFormationClient, name: string): Promise<Stack> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const [stack] = Stacks ?? [];
    if (stack !== undefined) return stack;
  } catch (cause) {
    // What CloudFormation calls a stack that is not there.
    if (!(cause instanceof Error) || cause.name !== 'ValidationError') throw cause;
  }
  throw new Refused(
    `There is no stack ${name} in this account and region: give --stack, --region and --profile.`,
  );
}
