import {
  countRendered,
  type PreflightOutcome,
  type PreflightTally,
} from '../../../domain/campaigns/preflight/preflight.ts';
import type { Run } from '../../../domain/campaigns/run.ts';
import { isEventSchedule } from '../../../domain/campaigns/schedule.ts';
import type { Message } from '../../../domain/messaging/message.ts';
import { smsParts } from '../../../domain/messaging/texts/sms-parts.ts';
import type { Profile } from '../../../domain/profiles/profile.ts';
import { computedValues } from '../../../domain/segments/computed-values.ts';
import { EmptyRendering, MissingValues, RenderError } from '../../../domain/templates/liquid.ts';
import { renderer } from '../../../domain/templates/rendering.ts';
import type { RenderingData } from '../../../domain/templates/rendering-data.ts';
import { asksComputed, type Template } from '../../../domain/templates/template.ts';
import type { Ports } from '../../../ports/ports.ts';
import { currentRuleset } from '../../../stores/segments.ts';

/** A message that would be sent, now or later. */
type Sendable = {
  readonly row: Message;
  readonly profile: Profile;
  readonly outcome: PreflightOutcome;
};

/** Renders some of the messages as their sender would. */
export type RenderSample = {
  /** `parts` of a text message; undefined when enough have been rendered, or its template is not known yet. */
  readonly render: (
    sendable: Sendable,
    tally: PreflightTally,
  ) => { readonly parts: number | undefined } | 'failed' | undefined;
};

/** So many messages are rendered; their share of failures stands for all. */
const mostRendered = 1_000;

/** Renders the first messages that it is shown, by the templates' latest versions. */
export async function renderSample(
  run: Run,
  templates: readonly Template[],
  { table, settings }: Pick<Ports, 'table' | 'settings'>,
): Promise<RenderSample> {
  const { definition, campaign: id } = run;
  const ruleset = templates.some(asksComputed)
    ? await currentRuleset(table, settings.timeZone)
    : undefined;
  const renderers = new Map(
    templates.map((template) => {
      // Where missing values are taken as they are, an event's are too.
      const isLenient = isEventSchedule(definition.schedule) && template.missing !== 'empty';
      return [template.id, { render: renderer(template), isLenient }] as const;
    }),
  );
  const { name, kind } = definition;
  let left = mostRendered;
  return {
    render: ({ row, profile, outcome }, tally) => {
      const made = renderers.get(row.template);
      if (made === undefined || left <= 0) return undefined;
      left -= 1;
      const now = Date.parse(row.plannedAt);
      const data: RenderingData = {
        profile: {
          ...profile,
          ...(ruleset && { computed: computedValues(profile, ruleset, now) }),
        },
        event: undefined,
        campaign: { id, name },
        unsubscribeUrl: `${settings.publicUrl}/u/preview`,
        kind,
        now,
        timeZone: settings.timeZone,
      };
      const found = attempt(made.render, data, made.isLenient);
      countRendered(tally, { profileId: profile.id, outcome }, found.reason);
      if (found.reason !== undefined) return 'failed';
      return { parts: row.channel === 'sms' ? smsParts(found.text) : undefined };
    },
  };
}

type Attempt =
  | { readonly reason: 'missing-value' | 'render-error' }
  | { readonly reason: undefined; readonly text: string };

/** What a message's rendering says; what only its event could tell is not known yet, and nothing is lost by it. */
function attempt(
  render: ReturnType<typeof renderer>,
  data: RenderingData,
  isLenient: boolean,
): Attempt {
  const missing = isLenient ? new Set<string>() : undefined;
  const isOfEvent = (path: string): boolean => path === 'event' || path.startsWith('event.');
  try {
    const rendered = render({ ...data, ...(missing && { missing }) });
    const isMissing = [...(missing ?? [])].some((path) => !isOfEvent(path));
    if (isMissing) return { reason: 'missing-value' };
    return { reason: undefined, text: 'text' in rendered ? rendered.text : '' };
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    const isEventsOwn = [...(missing ?? [])].some(isOfEvent);
    if (isEventsOwn && error instanceof EmptyRendering) return { reason: undefined, text: '' };
    return { reason: error instanceof MissingValues ? 'missing-value' : 'render-error' };
  }
}
