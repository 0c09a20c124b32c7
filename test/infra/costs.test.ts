import { describe, expect, it } from 'vitest';
import { standing } from '../../infra/costs/assumptions.ts';
import { deployed } from '../../infra/costs/sizing.ts';
import { synthesised } from './synthesised.ts';

const template = synthesised();
const countOf = (type: string): number => Object.keys(template.findResources(type)).length;

describe('what the costs and the sizing go by', () => {
  it('stands in the stack: alarms, dashboards, secrets, and queues with a reader', () => {
    const mappings = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
    const ofQueues = mappings.filter(({ Properties }) => Properties.ScalingConfig !== undefined);
    expect({
      alarms: countOf('AWS::CloudWatch::Alarm'),
      dashboards: countOf('AWS::CloudWatch::Dashboard'),
      secrets: countOf('AWS::SecretsManager::Secret'),
      polledQueues: ofQueues.length,
    }).toEqual({
      alarms: standing.alarms,
      dashboards: standing.dashboards,
      secrets: standing.secrets,
      polledQueues: standing.polledQueues,
    });
  });

  it('is what the API lets through, and how many publish a shard', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const leads = stage?.Properties.RouteSettings['POST /v1/{proxy+}'];
    expect(leads).toEqual({
      ThrottlingRateLimit: deployed.leadRate,
      ThrottlingBurstLimit: deployed.leadBurst,
    });
    const mappings = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
    const factors = mappings.flatMap(({ Properties }) => Properties.ParallelizationFactor ?? []);
    expect(factors).toEqual([deployed.publishersPerShard]);
  });
});
