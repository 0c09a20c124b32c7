import {
  type CampaignDefinition,
  messageLoop,
  templatesOf,
} from '../../../domain/campaigns/campaign.ts';
import { namedByTrigger } from '../../../domain/campaigns/condition.ts';
import { isEventSchedule, startedByMessagesOf } from '../../../domain/campaigns/schedule.ts';
import { scheduleFault } from '../../../domain/campaigns/schedule-time.ts';
import { historyIssues, timelineAlone } from '../../../domain/segments/kept-history.ts';
import {
  type NamingIssue,
  namesIn,
  unknownAmong,
  unknownNames,
} from '../../../domain/segments/naming.ts';
import type { Segment } from '../../../domain/segments/segment.ts';
import type { Template } from '../../../domain/templates/template.ts';
import type { Ports } from '../../../ports/ports.ts';
import { Problem, type ProblemError, pathText } from '../../../runtime/problem.ts';
import { getCampaign } from '../../../stores/campaigns.ts';
import { loadRules } from '../../../stores/segments.ts';
import { getTemplate } from '../../../stores/templates.ts';
import { getWebhookEndpoint } from '../../../stores/webhook-endpoints.ts';

type Reach = Pick<Ports, 'table' | 'clock' | 'settings'>;

/** What a campaign names, found. */
export type Named = {
  readonly templates: readonly Template[];
  /** Those of the audience and of `unless`, and those that they name in turn. */
  readonly segments: readonly Segment[];
  readonly endpoint: { readonly id: string; readonly url: string } | undefined;
};

/** Everything a campaign names exists and fits, or 422 with every path that does not. */
export async function checkCampaign(
  id: string,
  definition: CampaignDefinition,
  ports: Reach,
): Promise<Named> {
  const errors: ProblemError[] = [];
  const segments = await checkSegments(definition, ports, errors);
  const templates = await checkTemplates(definition, ports, errors);
  const endpoint = await checkEndpoint(definition, ports, errors);
  const { clock, settings } = ports;
  const at = { now: clock.now(), companyTimeZone: settings.timeZone };
  const fault = scheduleFault(definition.schedule, at);
  if (fault !== undefined) errors.push(fault);
  await checkLoop(id, definition, { ports, errors });
  const [first] = errors;
  if (first === undefined) return { templates, segments, endpoint };
  throw new Problem(422, `${first.path}: ${first.message}`, errors);
}

async function checkSegments(
  definition: CampaignDefinition,
  { table, settings }: Reach,
  errors: ProblemError[],
): Promise<readonly Segment[]> {
  const { audience, schedule } = definition;
  const source = await loadRules(table);
  const named = (['include', 'exclude'] as const).flatMap((list) =>
    (audience?.[list] ?? []).map((id, index) => ({ id, path: `audience.${list}[${index}]` })),
  );
  const started = isEventSchedule(schedule) ? namedByTrigger(schedule) : [];
  errors.push(...unknownAmong(started, source).map(problemOf));
  const within: string[] = [];
  if (isEventSchedule(schedule) && schedule.unless !== undefined) {
    const names = namesIn(schedule.unless).filter(({ kind }) => kind === 'segment');
    within.push(...names.map(({ id }) => id));
    const at = ['schedule', 'unless'];
    const issues = [
      ...unknownNames(schedule.unless, source, at),
      ...historyIssues(schedule.unless, timelineAlone(source, settings.timelineDays), at),
    ];
    errors.push(...issues.map(problemOf));
  }
  const { segments } = source;
  const found = segments.filter(({ id }) => within.includes(id));
  for (const { id, path } of named) {
    const segment = segments.find((one) => one.id === id);
    if (segment?.rule !== undefined) found.push(segment);
    else errors.push({ path, message: `there is no segment "${id}": make it first` });
  }
  return withNamed(found, segments);
}

/** Segments with all that their rules name, and so on: whoever changes one of them changes who is meant. */
function withNamed(found: readonly Segment[], all: readonly Segment[]): readonly Segment[] {
  const met = new Set(found);
  for (const segment of met) {
    const names = segment.rule === undefined ? [] : namesIn(segment.rule);
    const ids = names.filter(({ kind }) => kind === 'segment').map(({ id }) => id);
    for (const other of all) if (ids.includes(other.id)) met.add(other);
  }
  return [...met];
}

const problemOf = ({ path, message }: NamingIssue): ProblemError => ({
  path: pathText(path),
  message,
});

async function checkTemplates(
  definition: CampaignDefinition,
  { table }: Reach,
  errors: ProblemError[],
): Promise<readonly Template[]> {
  const found: Template[] = [];
  for (const { id, channel, path } of templatesOf(definition)) {
    const template = await getTemplate(table, id);
    if (template === undefined) {
      errors.push({ path, message: `there is no template "${id}": make it first` });
    } else if (template.channel !== channel) {
      const wrong = `is a template for ${template.channel}, and the message goes out by ${channel}`;
      errors.push({ path, message: wrong });
    } else {
      found.push(template);
    }
  }
  return found;
}

/** What leads nowhere is refused: it would be accepted and never go out. */
async function checkEndpoint(
  { message }: CampaignDefinition,
  { table }: Reach,
  errors: ProblemError[],
): Promise<Named['endpoint']> {
  if (message.endpoint === undefined) return undefined;
  const endpoint = await getWebhookEndpoint(table, message.endpoint);
  if (endpoint !== undefined) return endpoint;
  const missing = `there is no webhook "${message.endpoint}": make it first`;
  errors.push({ path: 'message.endpoint', message: missing });
  return undefined;
}

async function checkLoop(
  id: string,
  definition: CampaignDefinition,
  { ports, errors }: { readonly ports: Reach; readonly errors: ProblemError[] },
): Promise<void> {
  const others = new Map<string, CampaignDefinition>();
  const waiting = [...startedByMessagesOf(definition.schedule)];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === id || others.has(next)) continue;
    const campaign = await getCampaign(ports.table, next);
    if (campaign === undefined) continue;
    others.set(next, campaign.definition);
    waiting.push(...startedByMessagesOf(campaign.definition.schedule));
  }
  const loop = messageLoop(id, definition, others);
  if (loop === undefined) return;
  const message = `these campaigns would start each other without end: ${[...loop, id].join(' <- ')}`;
  errors.push({ path: 'schedule.where', message });
}
