import type { Profile } from '../profiles/profile.ts';
import type { ComputedValues } from '../segments/computed-values.ts';
import { type Defaults, withDefaults } from './defaults.ts';
import {
  type LiquidKind,
  type LiquidSource,
  MissingValues,
  parseLiquid,
  RenderError,
  type RenderingTime,
} from './liquid.ts';
import { noteMissing } from './missing-values.ts';

/** What one person's message is made of. The same data and template version give the same message. */
export type RenderingData = RenderingTime & {
  readonly profile: Pick<Profile, 'id' | 'identifiers' | 'attributes'> & {
    /** Absent: the person has none, or the template asks for none. */
    readonly computed?: ComputedValues;
  };
  readonly event:
    | {
        readonly name: string;
        readonly occurredAt: string;
        readonly properties: Readonly<Record<string, unknown>>;
      }
    | undefined;
  readonly campaign: { readonly id: string; readonly name: string };
  /** The person's page to unsubscribe; undefined where there is nothing to unsubscribe from. */
  readonly unsubscribeUrl: string | undefined;
  /** What the template writes for missing values: its renderer adds them. */
  readonly defaults?: Defaults | undefined;
  /** Marketing emails carry the unsubscribe link in any case. */
  readonly kind: 'marketing' | 'transactional';
};

/** Renders one template version for many people; throws `RenderError`. */
export type Renderer<Rendered> = (data: RenderingData) => Rendered;

/** What a template says of missing values. */
export type MissingPolicy = {
  readonly defaults?: Defaults | undefined;
  readonly missing?: 'withhold' | 'empty' | undefined;
};

/**
 * The renderer of a template. It throws what making it threw, so that a template that fails, fails
 * message by message; and `MissingValues` where the data lack something, unless the template or who
 * asks (`missing` in the data) takes that as it is.
 */
export function rendererOf<Rendered>(
  policy: MissingPolicy,
  make: () => Renderer<Rendered>,
): Renderer<Rendered> {
  let render: Renderer<Rendered>;
  try {
    render = make();
  } catch (error) {
    return () => {
      throw error;
    };
  }
  return (data) => {
    if (data.missing !== undefined || policy.missing === 'empty') {
      return render({ ...data, defaults: policy.defaults });
    }
    const missing = new Set<string>();
    let rendered: Rendered;
    try {
      rendered = render({ ...data, defaults: policy.defaults, missing });
    } catch (error) {
      if (missing.size > 0 && error instanceof RenderError) throw new MissingValues([...missing]);
      throw error;
    }
    if (missing.size > 0) throw new MissingValues([...missing]);
    return rendered;
  };
}

/** Whether there is nothing to see: spaces and characters without a shape are nothing. */
export const isBlank = (text: string): boolean => !/[^\s\p{C}]/u.test(text);

/** Saved templates have been parsed before; what is nested to the limits of the stack may fail all the same. */
export function parsed(kind: LiquidKind, source: string): LiquidSource {
  const result = parseLiquid(kind, source);
  if ('error' in result) throw new RenderError(`it does not parse: ${result.error}`);
  noteMissing(result.source.nodes);
  return result.source;
}

/** What `{{ ... }}` can name. */
export function scopeOf(data: RenderingData): Readonly<Record<string, unknown>> {
  const { id, identifiers, attributes, computed = {} } = data.profile;
  const scope = {
    profile: { id, identifiers, attributes, computed },
    event: data.event,
    campaign: data.campaign,
    unsubscribeUrl: data.unsubscribeUrl,
    preferencesUrl: data.unsubscribeUrl,
  };
  return withDefaults(scope, data.defaults);
}
