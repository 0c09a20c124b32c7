import { describe, expect, it } from 'vitest';
import { alarmTopicOf } from '../../infra/doctor/account/alarms.ts';
import {
  bucketId,
  type Deployed,
  functionNameOf,
  missingFrom,
  physicalIdLike,
  physicalIdOf,
  tableNameOf,
  tableNames,
  userPoolId,
} from '../../infra/doctor/account/deployed.ts';
import { expectedMappings } from '../../infra/doctor/account/functions.ts';
import { neededEvents } from '../../infra/doctor/checks/email-events.ts';
import { functions } from '../../infra/manifest.ts';
import { synthesised } from './synthesised.ts';

const template = synthesised();
const { Resources, Outputs } = template.toJSON();

/** What CloudFormation would list, each thing under its logical id. */
const deployed: Deployed = {
  outputs: Object.fromEntries(Object.keys(Outputs).map((name) => [name, name])),
  resources: Object.entries<{ readonly Type: string }>(Resources).map(([logicalId, { Type }]) => ({
    logicalId,
    type: Type,
    physicalId: logicalId,
  })),
};

describe('the doctor', () => {
  it('finds everything of the manifest in what the stack makes', () => {
    expect(missingFrom(deployed)).toEqual([]);
    expect(new Set(functions.map(({ file }) => functionNameOf(deployed, file))).size).toBe(
      functions.length,
    );
  });

  it('counts as many things that start functions as the stack makes', () => {
    expect(expectedMappings(deployed)).toBe(
      Object.keys(template.findResources('AWS::Lambda::EventSourceMapping')).length,
    );
  });

  it('finds what it looks for by name', () => {
    const { outputs: _, ...others } = deployed;
    for (const table of tableNames) {
      expect(tableNameOf({ ...others, outputs: {} }, table)).toMatch(/Table$/);
      expect(tableNameOf(deployed, table)).toMatch(/TableName$/);
    }
    for (const id of [bucketId, userPoolId]) expect(physicalIdOf(deployed, id)).toBe(id);
    expect(alarmTopicOf(deployed)).toMatch(/^AlarmsTopic/);
    for (const [type, start] of [
      ['AWS::Scheduler::Schedule', 'TriggersMinute'],
      ['AWS::Events::Rule', 'EventsListeneremailevents'],
      ['AWS::SES::ConfigurationSet', 'Email'],
      ['AWS::SES::EmailIdentity', 'Email'],
    ] as const) {
      const found = deployed.resources.filter(
        (resource) => resource.type === type && resource.logicalId.startsWith(start),
      );
      expect(found.map(({ physicalId }) => physicalId)).toEqual([
        physicalIdLike(deployed, { type, start }),
      ]);
    }
  });

  it('finds the outputs whose commands it hands on', () => {
    for (const name of [
      'ApiUrl',
      'FirstAdmin',
      'FirstWriteKey',
      'RepublishCommand',
      'TextStatusSetup',
    ]) {
      expect(Object.keys(Outputs)).toContain(name);
    }
  });

  it('asks SES for just the events that the stack has it tell', () => {
    const [destination] = Object.values(
      template.findResources('AWS::SES::ConfigurationSetEventDestination'),
    );
    const told = destination?.['Properties'].EventDestination.MatchingEventTypes as string[];
    const named = told.map((type) =>
      type.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
    );
    expect(new Set(named)).toEqual(new Set(neededEvents));
  });

  it('finds the names of the bus and of the group of schedules to be that of the stack', () => {
    const [bus] = Object.values(template.findResources('AWS::Events::EventBus'));
    const [group] = Object.values(template.findResources('AWS::Scheduler::ScheduleGroup'));
    expect([bus?.['Properties'].Name, group?.['Properties'].Name]).toEqual([
      'Perennial',
      'Perennial',
    ]);
  });
});
