import type { Asked } from '../asked.ts';
import { command, type Finding, judged, ok, warning, wrong } from '../finding.ts';
import { near } from '../near.ts';

/** What an account may use of a service, and the most that was used of late. */
export type QuotaFacts = {
  readonly what: string;
  readonly unit: string;
  readonly limit: number;
  /** Undefined: CloudWatch tells of no use. */
  readonly used: number | undefined;
  readonly serviceCode: string;
  readonly quotaCode: string;
};

export const checkQuota = (what: string, asked: Asked<QuotaFacts>): readonly Finding[] =>
  judged(`quota: ${what}`, asked, ({ unit, limit, used, serviceCode, quotaCode }) => {
    const check = `quota: ${what}`;
    if (used === undefined) return ok(check, `${number(limit)} ${unit}; nothing was used of late.`);
    const text = `${number(used)} of ${number(limit)} ${unit} at the most within a day`;
    const fix = raise({ serviceCode, quotaCode, limit });
    switch (near(used, limit)) {
      case 'over':
        return wrong(check, `${text}: what goes beyond it waits or is refused.`, fix);
      case 'near':
        return warning(check, `${text}.`, fix);
      case 'far':
        return ok(check, `${text}.`);
    }
  });

/** What an account is given that AWS does not know yet. */
const newAccount = 100;

export type ConcurrencyFacts = {
  readonly limit: number;
  readonly used: number | undefined;
  /** What the queues' functions may take together, as the manifest says. */
  readonly queueShare: number;
};

/** All functions of the account share it: one that is small stops the API first. */
export const checkConcurrency = (asked: Asked<ConcurrencyFacts>): readonly Finding[] =>
  judged('quota: Lambda', asked, ({ limit, used, queueShare }) => {
    const check = 'quota: Lambda';
    const most = used === undefined ? '' : `; ${number(used)} at the most within a day`;
    const text = `${number(limit)} functions of the account may run at once${most}`;
    const fix = raise({ serviceCode: 'lambda', quotaCode: 'L-B99A9384', limit: 500 });
    if (limit <= newAccount) {
      const consequence = `the queues alone may take ${queueShare}: leads wait or are turned away`;
      return wrong(check, `${text}, as in a new account; ${consequence}.`, fix);
    }
    if (used !== undefined && near(used, limit) !== 'far') {
      return (used >= limit ? wrong : warning)(
        check,
        `${text}.`,
        raise({ serviceCode: 'lambda', quotaCode: 'L-B99A9384', limit }),
      );
    }
    return limit <= queueShare
      ? warning(check, `${text}; the queues alone may take ${queueShare}.`, fix)
      : ok(check, `${text}.`);
  });

const raise = (quota: {
  readonly serviceCode: string;
  readonly quotaCode: string;
  readonly limit: number;
}): string =>
  command(
    'Ask AWS for more (it takes from minutes to days):',
    `aws service-quotas request-service-quota-increase --service-code ${quota.serviceCode} --quota-code ${quota.quotaCode} --desired-value ${quota.limit * 2}`,
  );

const number = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
