import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { type Asked, ask } from '../asked.ts';
import { allPages } from '../pages.ts';

/** One number that CloudWatch is asked for. */
export type MetricQuestion = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly statistic: 'Sum' | 'Maximum' | 'Average';
  readonly periodSeconds: number;
  /** Which of the periods: all together, the highest, or the newest that has a value. */
  readonly take: 'sum' | 'highest' | 'newest';
};

export type Span = { readonly fromMs: number; readonly toMs: number };

/** The answers by the names of the questions; undefined: there is no value in that time. */
export async function askMetrics<Name extends string>(
  metrics: CloudWatchClient,
  questions: Readonly<Record<Name, MetricQuestion>>,
  { fromMs, toMs }: Span,
): Promise<Asked<Readonly<Record<Name, number | undefined>>>> {
  // `entries` and `fromEntries` forget that the keys are the names.
  const asked = Object.entries<MetricQuestion>(questions);
  const answer = await ask('cloudwatch:GetMetricData', async () => {
    const { rows } = await allPages(async (token) => {
      const page = await metrics.send(
        new GetMetricDataCommand({
          StartTime: new Date(fromMs),
          EndTime: new Date(toMs),
          ScanBy: 'TimestampDescending',
          NextToken: token,
          MetricDataQueries: asked.map(([, question], place) => queryOf(question, place)),
        }),
      );
      return { rows: page.MetricDataResults, next: page.NextToken };
    });
    const valuesOf = (place: number): readonly number[] =>
      rows.filter(({ Id }) => Id === `m${place}`).flatMap(({ Values = [] }) => Values);
    return Object.fromEntries(
      asked.map(([name, { take }], place) => [name, taken(valuesOf(place), take)]),
    ) as Record<Name, number | undefined>;
  });
  return answer;
}

const queryOf = (question: MetricQuestion, place: number) => ({
  Id: `m${place}`,
  MetricStat: {
    Metric: {
      Namespace: question.namespace,
      MetricName: question.name,
      Dimensions: Object.entries(question.dimensions ?? {}).map(([Name, Value]) => ({
        Name,
        Value,
      })),
    },
    Period: question.periodSeconds,
    Stat: question.statistic,
  },
});

/** The newest stands first. */
function taken(values: readonly number[], take: MetricQuestion['take']): number | undefined {
  if (values.length === 0) return undefined;
  switch (take) {
    case 'sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'highest':
      return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    case 'newest':
      return values[0];
  }
}
