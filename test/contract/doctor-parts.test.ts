import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  CreateGroupCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import {
  CreateEventBusCommand,
  DisableRuleCommand,
  PutRuleCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateScheduleCommand, CreateScheduleGroupCommand } from '@aws-sdk/client-scheduler';
import { describe, expect, it } from 'vitest';
import { askAlarms } from '../../infra/doctor/account/alarms.ts';
import {
  askEventRule,
  askMinute,
  askRules,
  askSchedules,
} from '../../infra/doctor/account/timers.ts';
import { askUsers } from '../../infra/doctor/account/users.ts';
import { known } from '../../infra/doctor/asked.ts';
import { endpoint } from './aws-world.ts';
import { doctorClients } from './doctor-stack.ts';

// What moto makes, though not as a part of a stack.
describe.runIf(endpoint !== undefined)('the doctor at parts of an account', () => {
  const clients = doctorClients();
  const stack = `Doctor-${crypto.randomUUID().slice(0, 8)}`;

  it('sees which alarms of the stack ring, and no others', async () => {
    const own = `${stack} inputs-dead-letters`;
    for (const AlarmName of [own, `${stack} other`, `Stranger ${stack}`]) {
      await clients.alarms.send(
        new PutMetricAlarmCommand({
          AlarmName,
          AlarmDescription: 'Leads are not stored. To do: Look.',
          MetricName: 'm',
          Namespace: 'n',
          ComparisonOperator: 'GreaterThanThreshold',
          EvaluationPeriods: 1,
          Period: 60,
          Statistic: 'Sum',
          Threshold: 1,
          ActionsEnabled: AlarmName !== `${stack} other`,
        }),
      );
      await clients.alarms.send(
        new SetAlarmStateCommand({
          AlarmName,
          StateValue: AlarmName === `${stack} other` ? 'OK' : 'ALARM',
          StateReason: 'a test',
        }),
      );
    }
    const resources = [own, `${stack} other`].map((physicalId) => ({
      logicalId: 'Alarm',
      type: 'AWS::CloudWatch::Alarm',
      physicalId,
    }));
    expect(await askAlarms(clients.alarms, { outputs: {}, resources })).toMatchObject(
      known({
        count: 2,
        ringing: [{ name: own, text: 'Leads are not stored. To do: Look.' }],
        silenced: [`${stack} other`],
      }),
    );
  });

  it('sees the schedules of the group and the rules of the bus, and which are disabled', async () => {
    await clients.schedules.send(new CreateScheduleGroupCommand({ Name: stack }));
    await clients.events.send(new CreateEventBusCommand({ Name: stack }));
    const names = Array.from({ length: 120 }, (_, place) => `campaign-${place}`);
    for (const Name of names) {
      await clients.schedules.send(
        new CreateScheduleCommand({
          Name,
          GroupName: stack,
          State: Name === 'campaign-7' ? 'DISABLED' : 'ENABLED',
          ScheduleExpression: 'rate(1 day)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: {
            Arn: 'arn:aws:sqs:eu-west-1:123456789012:runs',
            RoleArn: 'arn:aws:iam::123456789012:role/s',
          },
        }),
      );
    }
    const found = await askSchedules(clients.schedules, stack);
    expect(found.kind === 'known' && found.value.length).toBe(120);
    expect(
      found.kind === 'known' && found.value.filter(({ state }) => state === 'DISABLED'),
    ).toEqual([{ name: 'campaign-7', state: 'DISABLED' }]);
    const rule = { EventBusName: stack, EventPattern: '{"source":["perennial"]}' };
    await clients.events.send(new PutRuleCommand({ ...rule, Name: 'on-a-1' }));
    await clients.events.send(new PutRuleCommand({ ...rule, Name: 'on-b-2' }));
    await clients.events.send(new DisableRuleCommand({ EventBusName: stack, Name: 'on-b-2' }));
    const pattern = rule.EventPattern;
    expect(await askRules(clients.events, stack)).toEqual(
      known([
        { name: 'on-a-1', isDisabled: false, pattern },
        { name: 'on-b-2', isDisabled: true, pattern },
      ]),
    );
  });

  it('sees what calls the tick and what hands over events of SES, and that they are gone', async () => {
    const resource = (type: string, logicalId: string) => ({
      outputs: {},
      resources: [{ type, logicalId, physicalId: `${stack}-1` }],
    });
    const minute = resource('AWS::Scheduler::Schedule', 'TriggersMinute73E414FF');
    const handover = resource('AWS::Events::Rule', 'EventsListeneremailevents4EB59AAC');
    expect(await askMinute(clients.schedules, minute)).toEqual(known(undefined));
    expect(await askEventRule(clients.events, handover)).toEqual(known(undefined));
    await clients.schedules.send(
      new CreateScheduleCommand({
        Name: `${stack}-1`,
        ScheduleExpression: 'rate(1 minute)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
          RoleArn: 'arn:aws:iam::123456789012:role/s',
        },
      }),
    );
    await clients.events.send(
      new PutRuleCommand({ Name: `${stack}-1`, EventPattern: '{"source":["aws.ses"]}' }),
    );
    expect(await askMinute(clients.schedules, minute)).toEqual(known('ENABLED'));
    expect(await askEventRule(clients.events, handover)).toEqual(
      known({ name: `${stack}-1`, state: 'ENABLED' }),
    );
  });

  it('sees who may do what, by names that are no addresses', async () => {
    const { UserPool } = await clients.users.send(new CreateUserPoolCommand({ PoolName: stack }));
    const UserPoolId = UserPool?.Id ?? '';
    expect(await askUsers(clients.users, UserPoolId)).toMatchObject(
      known({ users: [], grouped: [], admins: [] }),
    );
    await clients.users.send(new CreateGroupCommand({ UserPoolId, GroupName: 'admin' }));
    for (const Username of ['mia', 'tom']) {
      const UserAttributes = [{ Name: 'email', Value: `${Username}@shop.example` }];
      await clients.users.send(
        new AdminCreateUserCommand({ UserPoolId, Username, UserAttributes }),
      );
    }
    await clients.users.send(
      new AdminAddUserToGroupCommand({ UserPoolId, Username: 'mia', GroupName: 'admin' }),
    );
    const found = await askUsers(clients.users, UserPoolId);
    expect(found).toEqual(
      known({
        pool: UserPoolId,
        users: expect.arrayContaining(['mia', 'tom']),
        isMore: false,
        grouped: ['mia'],
        admins: ['mia'],
      }),
    );
    expect(JSON.stringify(found)).not.toContain('@');
  });
});
