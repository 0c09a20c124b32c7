import {
  type CloudFormationClient,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { type Asked, ask, both, known, mapped } from '../asked.ts';
import type { StackFacts } from '../checks/stack.ts';
import { allPages } from '../pages.ts';
import { type Deployed, missingFrom, type Resource } from './deployed.ts';

/** The stack as it stands; undefined: there is none of that name. */
export async function askStack(
  stacks: CloudFormationClient,
  name: string,
): Promise<Asked<{ readonly facts: StackFacts; readonly deployed: Deployed } | undefined>> {
  const described = await ask('cloudformation:DescribeStacks', () => describe(stacks, name));
  if (described.kind === 'unknown') return described;
  const { value: stack } = described;
  if (stack === undefined) return known(undefined);
  const resources = await ask('cloudformation:ListStackResources', () => list(stacks, name));
  return mapped(both(described, resources), ([, found]) => {
    const deployed = { outputs: outputsOf(stack), resources: found };
    const facts = {
      status: stack.StackStatus ?? 'unknown',
      terminationProtection: stack.EnableTerminationProtection === true,
      drift: stack.DriftInformation?.StackDriftStatus,
      missing: missingFrom(deployed),
    };
    return { facts, deployed };
  });
}

async function describe(stacks: CloudFormationClient, name: string): Promise<Stack | undefined> {
  try {
    const { Stacks = [] } = await stacks.send(new DescribeStacksCommand({ StackName: name }));
    return Stacks[0];
  } catch (error) {
    // It has no error of its own for a stack that is not there.
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}

async function list(stacks: CloudFormationClient, name: string): Promise<readonly Resource[]> {
  const { rows } = await allPages(async (token) => {
    const answer = await stacks.send(
      new ListStackResourcesCommand({ StackName: name, NextToken: token }),
    );
    return { rows: answer.StackResourceSummaries, next: answer.NextToken };
  });
  return rows.flatMap(({ LogicalResourceId, ResourceType, PhysicalResourceId }) =>
    LogicalResourceId === undefined || PhysicalResourceId === undefined
      ? []
      : [
          {
            logicalId: LogicalResourceId,
            type: ResourceType ?? '',
            physicalId: PhysicalResourceId,
          },
        ],
  );
}

const outputsOf = ({ Outputs = [] }: Stack): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
