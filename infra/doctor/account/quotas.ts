import {
  GetServiceQuotaCommand,
  type ServiceQuota,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { type Asked, ask, mapped, unasked } from '../asked.ts';
import type { QuotaFacts } from '../checks/quotas.ts';
import type { Clients } from './clients.ts';
import { askMetrics, type MetricQuestion } from './metrics.ts';

/** Quotas by AWS's codes, with the name that AWS gives them: a code that means something else is not used. */
const quotas = {
  rules: { service: 'events', code: 'L-244521F2', name: /number of rules/i },
  putEvents: { service: 'events', code: 'L-9B653E91', name: /putevents.*transactions per second/i },
  firings: {
    service: 'scheduler',
    code: 'L-F6D2596E',
    name: /invocations.*transactions per second/i,
  },
  tables: { service: 'dynamodb', code: 'L-F98FE922', name: /maximum number of tables/i },
  tableReads: { service: 'dynamodb', code: 'L-CF0CBE56', name: /table-level read throughput/i },
  tableWrites: { service: 'dynamodb', code: 'L-AB614373', name: /table-level write throughput/i },
} as const;

export type QuotaName = keyof typeof quotas;

export const askQuota = (
  client: ServiceQuotasClient,
  which: QuotaName,
): Promise<Asked<ServiceQuota>> => {
  const { service, code, name } = quotas[which];
  return ask('servicequotas:GetServiceQuota', async () => {
    const command = new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code });
    const { Quota } = await client.send(command);
    if (Quota?.Value === undefined) throw new Error(`AWS tells no value of ${code}.`);
    if (!name.test(Quota.QuotaName ?? '')) {
      throw new Error(`AWS calls ${code} "${Quota.QuotaName ?? ''}", which is not what was meant.`);
    }
    return Quota;
  });
};

/** The number of rules a bus may have where AWS does not tell. */
const rulesUnlessTold = 300;

export const rulesOf = (quota: Asked<ServiceQuota>): number =>
  quota.kind === 'known' ? (quota.value.Value ?? rulesUnlessTold) : rulesUnlessTold;

const dayMs = 86_400_000;

/** The quota and what was used of it within a day; `count`: what is counted where AWS counts nothing. */
export async function askUse(
  clients: Pick<Clients, 'quotas' | 'alarms'>,
  asked: {
    readonly which: QuotaName;
    readonly what: string;
    readonly unit: string;
    readonly now: number;
    readonly count?: Asked<number>;
    readonly metric?: MetricQuestion;
  },
): Promise<Asked<QuotaFacts>> {
  const { which, what, unit, now, count } = asked;
  if (count?.kind === 'unknown') return count;
  const quota = await askQuota(clients.quotas, which);
  if (quota.kind === 'unknown') return quota;
  const question = asked.metric ?? questionOf(quota.value);
  const use =
    question === undefined || count !== undefined
      ? undefined
      : await askMetrics(clients.alarms, { use: question }, { fromMs: now - dayMs, toMs: now });
  if (use?.kind === 'unknown') return use;
  const limit = quota.value.Value;
  if (limit === undefined) return unasked('AWS tells no value.');
  return mapped(quota, ({ ServiceCode = '', QuotaCode = '' }) => ({
    what,
    unit,
    limit,
    used: count?.value ?? perSecond(use?.value.use, question),
    serviceCode: ServiceCode,
    quotaCode: QuotaCode,
  }));
}

/** AWS names the metric of some quotas itself. */
function questionOf({ UsageMetric: metric }: ServiceQuota): MetricQuestion | undefined {
  const { MetricNamespace: namespace, MetricName: name } = metric ?? {};
  if (namespace === undefined || name === undefined) return undefined;
  const isSum = metric?.MetricStatisticRecommendation === 'Sum';
  return {
    namespace,
    name,
    dimensions: metric?.MetricDimensions ?? {},
    statistic: isSum ? 'Sum' : 'Maximum',
    periodSeconds: 60,
    take: 'highest',
  };
}

/** A sum is of a minute; what it is compared with is of a second. */
function perSecond(
  used: number | undefined,
  question: MetricQuestion | undefined,
): number | undefined {
  if (used === undefined || question?.statistic !== 'Sum') return used;
  return used / question.periodSeconds;
}
