import { ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import type { DeployedWorld } from './deployed-world.ts';
import { isLike } from './policy.ts';

const queuePolicySchema = z.object({
  Queues: z.array(z.string()),
  PolicyDocument: z.object({
    Statement: z.array(
      z.looseObject({
        Effect: z.string(),
        Action: z.string(),
        Principal: z.record(z.string(), z.string()),
        Condition: z.record(z.string(), z.record(z.string(), z.string())).default({}),
      }),
    ),
  }),
});

/**
 * Rules whose events their queue, or its dead letters, would refuse: moto delivers without asking the
 * queue's policy, AWS does not. Campaigns make most rules, so no test of the template could see them.
 */
export async function refusedRules(world: DeployedWorld): Promise<readonly string[]> {
  const queues = await world.deployment.all('AWS::SQS::Queue');
  const policies = (await world.deployment.all('AWS::SQS::QueuePolicy')).map(({ properties }) =>
    queuePolicySchema.parse(properties),
  );
  const sourcesOf = (queueArn: string): readonly string[] => {
    const url = queues.find(({ made }) => made.attributes['Arn'] === queueArn)?.made.ref ?? '';
    return policies
      .filter(({ Queues }) => Queues.includes(url))
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(
        ({ Effect, Action, Principal }) =>
          Effect === 'Allow' &&
          Action === 'sqs:SendMessage' &&
          Principal['Service'] === 'events.amazonaws.com',
      )
      .map(({ Condition }) => Condition['ArnLike']?.['aws:SourceArn'] ?? '');
  };
  const deliveries = (
    await Promise.all(['Perennial', 'default'].map((bus) => targetsOn(bus, world)))
  ).flat();
  if (deliveries.length === 0) throw new Error('There is no rule.');
  return deliveries
    .filter(({ rule, queue }) => !sourcesOf(queue).some((source) => isLike(rule, source)))
    .map(({ rule, queue }) => `${rule} to ${queue}`);
}

async function targetsOn(EventBusName: string, { clients }: DeployedWorld) {
  const { Rules = [] } = await clients.events.send(new ListRulesCommand({ EventBusName }));
  const ofRules = Rules.map(async ({ Name, Arn: rule = '' }) => {
    const asked = { Rule: Name, EventBusName };
    const { Targets = [] } = await clients.events.send(new ListTargetsByRuleCommand(asked));
    return Targets.flatMap(({ Arn = '', DeadLetterConfig }) =>
      [Arn, DeadLetterConfig?.Arn].flatMap((queue) =>
        queue === undefined ? [] : [{ rule, queue }],
      ),
    );
  });
  return (await Promise.all(ofRules)).flat();
}
