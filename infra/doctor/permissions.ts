/** Every right the doctor asks for, all of them to read, and on what. The README lists the same. */
export const permissions = [
  { action: 'cloudformation:DescribeStacks', on: 'the stack' },
  { action: 'cloudformation:ListStackResources', on: 'the stack' },
  { action: 'cloudwatch:DescribeAlarms', on: '*' },
  { action: 'cloudwatch:GetMetricData', on: '*' },
  { action: 'cognito-idp:ListUsers', on: 'the user pool' },
  { action: 'cognito-idp:ListUsersInGroup', on: 'the user pool' },
  { action: 'dynamodb:DescribeContinuousBackups', on: 'the three tables' },
  { action: 'dynamodb:DescribeTable', on: 'the three tables' },
  { action: 'dynamodb:DescribeTimeToLive', on: 'the three tables' },
  { action: 'dynamodb:ListTables', on: '*' },
  {
    action: 'dynamodb:Query',
    on: 'the table marketing, and the index due of marketing and profiles',
  },
  { action: 'events:DescribeRule', on: 'the rule of SES events' },
  { action: 'events:ListRuleNamesByTarget', on: '*' },
  { action: 'events:ListRules', on: 'the bus' },
  { action: 'lambda:GetAccountSettings', on: '*' },
  { action: 'lambda:ListEventSourceMappings', on: '*' },
  { action: 'logs:DescribeSubscriptionFilters', on: 'the log groups of SMS' },
  { action: 's3:ListBucket', on: 'the bucket of failed batches' },
  { action: 'scheduler:GetSchedule', on: 'the schedule of the minute tick' },
  { action: 'scheduler:ListSchedules', on: '*' },
  { action: 'servicequotas:GetServiceQuota', on: '*' },
  { action: 'ses:GetAccount', on: '*' },
  { action: 'ses:GetConfigurationSet', on: 'the configuration set' },
  { action: 'ses:GetConfigurationSetEventDestinations', on: 'the configuration set' },
  { action: 'ses:GetEmailIdentity', on: "the sender's domain" },
  { action: 'sns:GetSMSAttributes', on: '*' },
  { action: 'sns:GetSMSSandboxAccountStatus', on: '*' },
  { action: 'sns:ListSubscriptionsByTopic', on: 'the topic of alarms' },
  { action: 'sqs:GetQueueAttributes', on: 'the queues and their dead letters' },
  // Nobody needs a permission for it.
  { action: 'sts:GetCallerIdentity', on: '*' },
] as const;

export type Action = (typeof permissions)[number]['action'];

/** An IAM policy that lets somebody run the doctor, and nothing else. */
export const policy = () => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: permissions.map(({ action }) => action), Resource: '*' }],
});
