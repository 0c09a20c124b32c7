import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { Role } from '../../shared/domain/access/permission.ts';
import type { Api } from './api.ts';
import type { Overview } from './dashboard.ts';
import type { Data } from './data.ts';
import type { Email } from './email.ts';
import type { Functions } from './functions.ts';
import type { Login } from './login.ts';
import type { Texts } from './texts.ts';

export type OutputsProps = {
  readonly api: Api;
  readonly dashboard: Overview;
  readonly data: Data;
  readonly email: Email;
  readonly functions: Functions;
  readonly login: Login;
  readonly texts: Texts;
};

const descriptions: Readonly<Record<string, string>> = {
  DkimRecords: 'Lets SES sign for the domain. Until SES has seen these records, emails wait.',
  MailFromRecords: 'Lets bounces return to a name of yours, and SPF speak for the sender.',
  DmarcRecord:
    'Tells receivers what to do with forgeries: p=none at first, p=quarantine when reports are clean.',
  DomainRecord:
    'Gives the API its name (at the top of a zone, as an alias). Links in messages lead there: enter it before anything is sent.',
  FirstWriteKey: 'Makes a source, and a key that its website shows. The key is shown once.',
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

/** As JSON, which node writes: in the CLI's own shorthand a comma would end the password. */
const authParameters =
  "node -p 'JSON.stringify({ USERNAME: process.env.EMAIL, PASSWORD: process.env.PASSWORD })'";

/** What the person who deploys needs next, as commands to copy. */
export function addOutputs(stack: Stack, props: OutputsProps): void {
  const { api, dashboard, data, email, functions, login, texts } = props;
  const pool = login.pool.userPoolId;
  const client = login.client.userPoolClientId;
  const outputs: Readonly<Record<string, string | undefined>> = {
    ApiUrl: api.url,
    DomainRecord: api.domainRecord,
    Dashboard: dashboard.url,
    UserPoolId: pool,
    UserPoolClientId: client,
    ProfilesTableName: data.tables.profiles.tableName,
    TimelineTableName: data.tables.timeline.tableName,
    MarketingTableName: data.tables.marketing.tableName,
    DkimRecords: email.identity.dkimRecords
      .map(({ name, value }) => `${name} CNAME ${value}`)
      .join('; '),
    MailFromRecords: email.records.mailFrom,
    DmarcRecord: email.records.dmarc,
    FirstAdmin: [
      `aws cognito-idp admin-create-user --user-pool-id ${pool} --username "$EMAIL" --message-action SUPPRESS --user-attributes Name=email,Value="$EMAIL" Name=email_verified,Value=true`,
      `aws cognito-idp admin-set-user-password --user-pool-id ${pool} --username "$EMAIL" --password "$PASSWORD" --permanent`,
      `aws cognito-idp admin-add-user-to-group --user-pool-id ${pool} --username "$EMAIL" --group-name ${firstGroup}`,
    ].join(' && '),
    AdminToken: `aws cognito-idp initiate-auth --client-id ${client} --auth-flow USER_PASSWORD_AUTH --auth-parameters "$(${authParameters})" --query AuthenticationResult.AccessToken --output text`,
    FirstWriteKey: [
      `curl -fsS -X PUT ${api.url}/admin/sources/website -H "authorization: Bearer $TOKEN" -H "content-type: application/json" -d '{"name":"Website"}'`,
      `curl -fsS -X POST ${api.url}/admin/sources/website/keys -H "authorization: Bearer $TOKEN"`,
    ].join(' && '),
    RepublishCommand: republishCommand(functions),
    InboundTextsTopic: texts.topic.topicArn,
    TextStatusSetup: texts.statusSetup,
  };
  for (const [name, value] of Object.entries(outputs)) {
    if (value === undefined) continue;
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
