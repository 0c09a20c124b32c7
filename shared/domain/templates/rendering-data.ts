import type { Profile } from '../profiles/profile.ts';
import type { ComputedValues } from '../segments/computed-values.ts';
import {
  type LiquidKind,
  type LiquidSource,
  parseLiquid,
  RenderError,
  type RenderingTime,
} from './liquid.ts';

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
  /** Marketing emails carry the unsubscribe link in any case. */
  readonly kind: 'marketing' | 'transactional';
};

/** Renders one template version for many people; throws `RenderError`. */
export type Renderer<Rendered> = (data: RenderingData) => Rendered;

/** A renderer that throws what making it threw: a template that fails, fails message by message. */
export function lateFailing<Rendered>(make: () => Renderer<Rendered>): Renderer<Rendered> {
  try {
    return make();
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Whether there is nothing to see: spaces and characters without a shape are nothing. */
export const isBlank = (text: string): boolean => !/[^\s\p{C}]/u.test(text);

/** Saved templates have been parsed before; what is nested to the limits of the stack may fail all the same. */
export function parsed(kind: LiquidKind, source: string): LiquidSource {
  const result = parseLiquid(kind, source);
  if ('error' in result) throw new RenderError(`it does not parse: ${result.error}`);
  return result.source;
}

/** What `{{ ... }}` can name. */
export function scopeOf(data: RenderingData): Record<string, unknown> {
  const { id, identifiers, attributes, computed = {} } = data.profile;
  return {
    profile: { id, identifiers, attributes, computed },
    event: data.event,
    campaign: data.campaign,
    unsubscribeUrl: data.unsubscribeUrl,
    preferencesUrl: data.unsubscribeUrl,
  };
}
