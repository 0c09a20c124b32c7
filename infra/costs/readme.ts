import { type Assumptions, assumptionsSchema } from './assumptions.ts';
import { billOf, requestsOf } from './bill.ts';
import { groupTable, markdownTable, serviceTable, usd } from './cost-tables.ts';
import { type Activity, counted } from './counted.ts';
import { idleLoad, usualLoads } from './load.ts';
import { priceNames, prices, unitPrices } from './prices.ts';
import { allWriteUnits } from './requests.ts';
import { sizingParts } from './sizing-tables.ts';
import { unitCosts } from './unit-costs.ts';

/** Parts of the documents that are computed: between `<!-- name -->` and `<!-- end -->`. */
export function documentParts(): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return {
    'infra/costs/README.md': costParts(assumptionsSchema.parse({})),
    'infra/sizing.md': sizingParts(),
  };
}

function costParts(assumed: Assumptions): Readonly<Record<string, string>> {
  const bills = [idleLoad, ...usualLoads].map((load) => billOf(load, assumed, unitPrices()));
  return {
    services: markdownTable(serviceTable(bills)),
    groups: markdownTable(groupTable(bills)),
    counted: countedTable(assumed),
    prices: priceTable(),
    assumptions: assumptionTable(),
  };
}

const words: Readonly<Record<Activity, string>> = {
  newLead: 'lead of a new person',
  knownLead: 'lead of a known person',
  event: 'tracked event that changes no membership',
  membership: 'besides: a membership that changes',
  firstDueMembership: 'besides: a membership that changes, and its end is due by the calendar',
  tick: 'minute tick that finds nothing',
  dueReview: 'person whose calendar has come',
  canaryBeat: 'beat of the canary',
  floodLead: 'lead of a new person among a hundred in a batch',
  triggeredEmail: 'email that an event sets off, as SES takes it',
  visit: 'link of ours that is followed',
  conversion: 'besides: an event that is a goal',
  adminRead: 'look at a segment',
  run: 'run of a campaign, besides its emails',
  email: 'email of a run, as SES takes it',
  cappedEmail: 'email of a run under frequency caps',
  sms: 'SMS of a run',
  webhook: 'webhook of a run',
  delivery: 'delivery that SES reports',
  open: 'open that SES reports',
  click: 'click that SES reports',
  report: 'report of a run of 100 emails',
  reportPerThousand: 'besides: a thousand emails more in a report',
  pass: 'new segment where nobody is known',
  passPerThousand: 'besides: a thousand people who are asked and change nothing',
  night: 'night with five segments and nobody in them',
  nightPerSegment: 'besides: a segment more',
  nightPerThousandMembers: 'besides: a thousand members more, where there are many',
};

function countedTable(assumed: Assumptions): string {
  // `keys` forgets that the keys are the activities.
  const rows = (Object.keys(counted) as Activity[]).map((activity) => {
    const requests = requestsOf(activity);
    const { tableRequests, readUnits, queueRequests, busEvents } = requests;
    const used = Object.values(requests.functions);
    const invocations = used.reduce((sum, use) => sum + use.invocations, 0);
    const numbers = [tableRequests, readUnits, allWriteUnits(requests), queueRequests, busEvents];
    return [
      words[activity],
      ...[...numbers, invocations].map((value) => String(Math.round(value * 1_000) / 1_000)),
      usd(unitCosts(activity, assumed) * 1_000),
    ];
  });
  const units = ['table requests', 'read units', 'write units', 'SQS requests', 'bus events'];
  return markdownTable({
    heads: ['work', ...units, 'invocations', 'USD for a thousand'],
    rows,
  });
}

function priceTable(): string {
  const rows = priceNames.map((name) => {
    const { usd: amount, per, unit, page, readIn } = prices[name];
    const units = per === 1 ? unit : `${per.toLocaleString('en-US')} ${unit}`;
    return [`\`${name}\``, String(amount), units, `<${page}>`, linked(readIn)];
  });
  return markdownTable({ heads: ['price', 'USD', 'for', 'AWS’s page', 'read in'], rows });
}

const linked = (source: string): string => source.replace(/^(https?:\S+)/, '<$1>');

/** `open-rate`: the option of `npm run costs` for `openRate`. */
export const optionOf = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function assumptionTable(): string {
  const usual: Readonly<Record<string, number>> = assumptionsSchema.parse({});
  const rows = Object.entries(assumptionsSchema.shape).map(([name, schema]) => [
    `\`--${optionOf(name)}\``,
    usual[name]?.toLocaleString('en-US') ?? '',
    schema.description ?? '',
  ]);
  return markdownTable({ heads: ['option', 'usual', 'is'], rows });
}
