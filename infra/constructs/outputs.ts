import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { Role } from '../../shared/domain/access/permission.ts';
import type { Api } from './api.ts';
import type { Data } from './data.ts';
import type { Email } from './email.ts';
import type { Functions } from './functions.ts';
import type { Login } from './login.ts';
import type { Texts } from './texts.ts';

export type OutputsProps = {
  readonly api: Api;
  readonly data: Data;
  readonly email: Email;
  readonly functions: Functions;
  readonly login: Login;
  readonly texts: Texts;
};

const descriptions: Readonly<Record<string, string>> = {
  FirstAdmin:
    'Makes a user of the group admin, who may do everything; other groups: analyst, marketer, approver.',
  InboundTextsTopic:
    'Where texts from people go: name it in AWS End User Messaging SMS as the two-way destination of your number.',
  TextStatusSetup:
    'Has SNS tell what becomes of SMS. It changes settings of the whole account, so it is for you to run; it may be run again.',
  RepublishCommand:
    'Publishes again what was recorded from $FROM to $TO. To go on, set NEXT to the next it answers.',
};

const firstGroup: Role = 'admin';

/** What the person who deploys needs next, as commands to copy. */
export function addOutputs(stack: Stack, props: OutputsProps): void {
  const { api, data, email, functions, login, texts } = props;
  const pool = login.pool.userPoolId;
  const client = login.client.userPoolClientId;
  const outputs = {
    ApiUrl: api.url,
    UserPoolId: pool,
    UserPoolClientId: client,
    ProfilesTableName: data.tables.profiles.tableName,
    TimelineTableName: data.tables.timeline.tableName,
    MarketingTableName: data.tables.marketing.tableName,
    DkimRecords: email.identity.dkimRecords
      .map(({ name, value }) => `${name} CNAME ${value}`)
      .join('; '),
    FirstAdmin: [
      `aws cognito-idp admin-create-user --user-pool-id ${pool} --username "$EMAIL" --message-action SUPPRESS --user-attributes Name=email,Value="$EMAIL" Name=email_verified,Value=true`,
      `aws cognito-idp admin-set-user-password --user-pool-id ${pool} --username "$EMAIL" --password "$PASSWORD" --permanent`,
      `aws cognito-idp admin-add-user-to-group --user-pool-id ${pool} --username "$EMAIL" --group-name ${firstGroup}`,
    ].join(' && '),
    AdminToken: `aws cognito-idp initiate-auth --client-id ${client} --auth-flow USER_PASSWORD_AUTH --auth-parameters USERNAME="$EMAIL",PASSWORD="$PASSWORD" --query AuthenticationResult.AccessToken --output text`,
    FirstWriteKey: [
      `curl -fsS -X PUT ${api.url}/admin/sources/website -H "authorization: Bearer $TOKEN" -H "content-type: application/json" -d '{"name":"Website"}'`,
      `curl -fsS -X POST ${api.url}/admin/sources/website/keys -H "authorization: Bearer $TOKEN"`,
    ].join(' && '),
    RepublishCommand: republishCommand(functions),
    InboundTextsTopic: texts.topic.topicArn,
    TextStatusSetup: texts.statusSetup,
  };
  for (const [name, value] of Object.entries(outputs)) {
    const description = descriptions[name];
    new CfnOutput(stack, name, { value, ...(description !== undefined && { description }) });
  }
}

/** Waits however long it takes: an answer not waited for would take `next` with it, and the CLI would call again. */
function republishCommand(functions: Functions): string {
  const { functionName } = functions.of('functions/tracking/republish-timeline.ts');
  return [
    `aws lambda invoke --function-name ${functionName} --cli-read-timeout 0`,
    '--cli-binary-format raw-in-base64-out',
    String.raw`--payload "{\"from\":\"$FROM\",\"to\":\"$TO\",\"next\":${'$'}{NEXT:-null}}"`,
    'republished.json && cat republished.json',
  ].join(' ');
}
