import { describe, expect, it } from 'vitest';
import { functions } from '../../infra/manifest.ts';
import { countedMetrics, sentMetrics } from '../../shared/adapters/aws/counted-metrics.ts';
import { queueNames } from '../../shared/ports/queue.ts';
import { synthesised } from './synthesised.ts';

const template = synthesised();
const dashboards = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
const alarms = template.findResources('AWS::CloudWatch::Alarm');

type Widget = {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
};

/** The body, with the ids of resources where it is known at deployment only. */
const body: { readonly widgets: readonly Widget[] } = JSON.parse(
  dashboards[0]?.['Properties'].DashboardBody['Fn::Join'][1]
    .map((part: unknown) => (typeof part === 'string' ? part : Object.values(part ?? {}).flat()[0]))
    .join(''),
);
const widgets = body.widgets.map(({ properties }) => properties);
const metrics = widgets.flatMap((widget) => widget.metrics ?? []);
const isShown = (...words: readonly string[]) =>
  metrics.some((metric) => words.every((word) => metric.includes(word)));

describe('the dashboard', () => {
  it('is one, and names no more metrics than a free one may', () => {
    expect(dashboards).toHaveLength(1);
    expect(metrics.length).toBeGreaterThan(40);
    expect(metrics.length).toBeLessThanOrEqual(50);
  });

  it('shows every alarm, and by them every function and every queue of dead letters', () => {
    const shown = new Set(widgets.flatMap((widget) => widget.alarms ?? []));
    expect(shown).toEqual(new Set(Object.keys(alarms)));
    const texts = [...shown].map((id) => String(alarms[id]?.['Properties'].AlarmDescription));
    for (const { file } of functions) {
      expect([file, texts.some((text) => text.includes(file))]).toEqual([file, true]);
    }
    for (const name of queueNames) {
      const text = `Dead letters wait in the queue "${name}".`;
      expect([name, texts.some((one) => one.includes(text))]).toEqual([name, true]);
    }
  });

  it.each(queueNames)('shows how long the oldest message of %s has waited', (name) => {
    const id = `${name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.slice(-1).toUpperCase())}Queue`;
    expect(isShown('AWS/SQS', 'ApproximateAgeOfOldestMessage', id)).toBe(true);
  });

  it.each([
    ['leads accepted', ['AWS/SQS', 'NumberOfMessagesSent', 'InputsQueue']],
    ['leads stored', ['AWS/SQS', 'NumberOfMessagesDeleted', 'InputsQueue']],
    ['requests', ['AWS/ApiGateway', 'Count']],
    ['refused requests', ['AWS/ApiGateway', '4xx']],
    ['failed requests', ['AWS/ApiGateway', '5xx']],
    ['slow answers', ['AWS/ApiGateway', 'Latency']],
    ['bounces', ['AWS/SES', 'Reputation.BounceRate']],
    ['complaints', ['AWS/SES', 'Reputation.ComplaintRate']],
    ['ticks', ['AWS/Lambda', 'Invocations', 'FunctionName']],
    ['what waits longest', ['Perennial', 'DueLag']],
    ['the test lead', ['Perennial', 'CanaryLatency']],
    ['put-off runs', ['AWS/Lambda', 'Throttles']],
    ['paid emails', ['AWS/SES', 'Send']],
    ['paid SMS', ['AWS/SNS', 'SMSMonthToDateSpentUSD']],
    ...['Profiles', 'Timeline', 'Marketing'].flatMap((name) =>
      ['Read', 'Write'].map((way): [string, string[]] => [
        `${way} units of ${name}`,
        ['AWS/DynamoDB', `Consumed${way}CapacityUnits`, `${name}Table`],
      ]),
    ),
    ...Object.values(sentMetrics).map((name): [string, string[]] => [name, ['Perennial', name]]),
  ])('shows %s', (_, words) => {
    expect(isShown(...words)).toBe(true);
  });

  it('shows what functions count, on the same dimension as they count it', () => {
    const ours = metrics.filter(([namespace]) => namespace === 'Perennial');
    for (const [, , dimension, value] of ours) {
      expect([dimension, value]).toEqual(['service', 'perennial']);
    }
    const known = [...countedMetrics, ...Object.values(sentMetrics), 'DueLag', 'CanaryLatency'];
    expect(known).toEqual(expect.arrayContaining(ours.map(([, name]) => name)));
  });

  it('speaks in words', () => {
    for (const { title, markdown } of widgets) {
      const words = title ?? markdown ?? '';
      expect(words).toMatch(/^#{0,2} ?[A-Z][^A-Z]*/);
      // No name of a metric: two words written as one.
      expect(words).not.toMatch(/[a-z][A-Z]|_/);
    }
    for (const metric of metrics) {
      const label = (metric.at(-1) as { label?: string }).label ?? '';
      expect(label).not.toBe('');
    }
  });
});
