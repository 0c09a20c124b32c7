import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { exampleConfig } from '../../infra/config.ts';
import { functions } from '../../infra/manifest.ts';
import { synthesised } from './synthesised.ts';

const template = synthesised();

describe('what the timeline keeps', () => {
  it('goes at its second, where it has one', () => {
    for (const [id, { Properties: table }] of Object.entries(
      template.findResources('AWS::DynamoDB::Table'),
    )) {
      expect([id, table.TimeToLiveSpecification]).toEqual([
        id,
        { AttributeName: 'expiresAt', Enabled: true },
      ]);
    }
  });

  it('calls nobody when it goes', () => {
    expect(() =>
      template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
        EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('TimelineTable'), 'StreamArn'] },
        FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
      }),
    ).not.toThrow();
  });

  it('is for ever unless the company says for how long; then every function knows', () => {
    const settingsOf = (config: typeof exampleConfig) =>
      Object.values(synthesised(config).findResources('AWS::Lambda::Function')).flatMap(
        ({ Properties: { Environment } }) =>
          JSON.stringify(Environment?.Variables.PERENNIAL_SETTINGS) ?? [],
      );
    const telling = (settings: readonly string[]) =>
      settings.filter((text) => text.includes('timelineDays'));
    expect(telling(settingsOf(exampleConfig))).toEqual([]);
    const told = telling(settingsOf({ ...exampleConfig, timelineDays: 400 }));
    expect(told).toHaveLength(functions.length);
  });
});
