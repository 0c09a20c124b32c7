import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { functions as rows } from '../manifest.ts';
import type { Functions } from './functions.ts';
import type { Queues } from './queues.ts';

export type TextsProps = { readonly functions: Functions; readonly queues: Queues };

/** The groups that SNS writes to about SMS, one for what was delivered and one for what was not. */
const groupOf = ({ region, account }: Stack): string =>
  `sns/${region}/${account}/DirectPublishToPhoneNumber`;

/**
 * What comes back from phones: texts that people send, and what carriers say of ours. The number and
 * the account's settings for SMS belong to the company: both are connected by commands of the outputs.
 */
export class Texts extends Construct {
  /** End User Messaging SMS publishes to it what people send to the company's number. */
  readonly topic: Topic;
  /** The commands that have SNS write what becomes of SMS, and hand it to the function that reads it. */
  readonly statusSetup: string;

  constructor(scope: Construct, id: string, { functions, queues }: TextsProps) {
    super(scope, id);
    this.topic = this.#topic();
    this.topic.addSubscription(new SqsSubscription(queues.pairs['inbound-texts'].queue));
    this.statusSetup = this.#statusSetup(functions);
  }

  #topic(): Topic {
    const topic = new Topic(this, 'Inbound', { enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('sms-voice.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    return topic;
  }

  #statusSetup(functions: Functions): string {
    const stack = Stack.of(this);
    const group = groupOf(stack);
    const logs = stack.formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: `${group}*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const role = this.#writer(logs);
    const reader = functions.of(readerFile());
    reader.addPermission('Logs', {
      principal: new ServicePrincipal('logs.amazonaws.com'),
      sourceAccount: stack.account,
      sourceArn: logs,
    });
    const subscribe = [group, `${group}/Failure`].flatMap((name) => [
      // A group that is there already is as good.
      `(aws logs create-log-group --log-group-name ${name} || true)`,
      `aws logs put-retention-policy --log-group-name ${name} --retention-in-days 7`,
      `aws logs put-subscription-filter --log-group-name ${name} --filter-name perennial --filter-pattern '' --destination-arn ${reader.functionArn}`,
    ]);
    const attributes = `DeliveryStatusIAMRole=${role.roleArn},DeliveryStatusSuccessSamplingRate=100`;
    return [...subscribe, `aws sns set-sms-attributes --attributes ${attributes}`].join(' && ');
  }

  /** SNS takes it to write what becomes of SMS. */
  #writer(logs: string): Role {
    const role = new Role(this, 'StatusRole', {
      assumedBy: new ServicePrincipal('sns.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          'logs:CreateLogGroup',
          'logs:CreateLogStream',
          'logs:PutLogEvents',
          'logs:PutMetricFilter',
          'logs:PutRetentionPolicy',
        ],
        resources: [logs],
      }),
    );
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:sns/<AWS::Region>/<AWS::AccountId>/DirectPublishToPhoneNumber*]',
      reason: 'SNS names the streams of its groups, and makes a second group for failures.',
    });
    return role;
  }
}

function readerFile(): string {
  const row = rows.find(({ trigger }) => trigger.kind === 'logs');
  if (row === undefined) throw new Error('No function of the manifest reads the logs of SMS.');
  return row.file;
}
