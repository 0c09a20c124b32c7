import * as z from 'zod';
import { ruleWords } from '../../shared/domain/rules/explanation/rule-words.ts';
import { type Rule, ruleSchema } from '../../shared/domain/rules/rule.ts';
import { namesOf } from '../../shared/domain/segments/explanation.ts';
import { previewNotes } from '../../shared/domain/segments/preview-notes.ts';
import { compileRuleset, type RulesetSource } from '../../shared/domain/segments/ruleset.ts';
import { defineSegment } from '../../shared/domain/segments/segment-definition.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { profileShown } from '../../shared/flows/profiles/shown-profile.ts';
import { previewSize } from '../../shared/flows/segments/preview-size.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { unprocessable } from '../../shared/runtime/problem.ts';
import { loadRules } from '../../shared/stores/segments.ts';

/** Up to so many people are all looked at. */
const mostPeople = 100_000;
/** An answer of the HTTP API may take 30 seconds: this leaves room for what was begun. */
const timeMs = 20_000;

const previewSchema = z.strictObject({
  rule: ruleSchema,
});

/** What a rule would make of everybody, before it is saved. Changes nothing. */
export const previewSegment = route({
  method: 'POST',
  path: '/admin/segments/preview',
  summary:
    'Preview a rule that is not saved: its size (exact up to 100 000 people; beyond, or when time runs short, estimated from the people looked at, with its error at 95 %), ten of the people (for those who may see people), the rule in words, and notes on what it names that is not ready',
  auth: 'see-numbers',
  body: previewSchema,
  handle: async ({ body: { rule }, may }, ports) => {
    const source = await loadRules(ports.table);
    refuseUnsavable(rule, source, ports);
    const ruleset = compileRuleset(source, ports.settings.timeZone);
    const endsAt = performance.now() + timeMs;
    const limits = { people: mostPeople, isOutOfTime: () => performance.now() > endsAt };
    const { sample, ...size } = await previewSize(rule, ruleset, { ports, limits });
    return ok({
      ...size,
      ...(may('see-people') && {
        sample: sample.map((profile) => profileShown(profile, ruleset, ports.clock.now())),
      }),
      words: ruleWords(rule, namesOf(source)),
      notes: previewNotes(rule, source),
    });
  },
});

/** What is refused is what saving it would refuse, at the same paths; that there is room for one more is not asked. */
function refuseUnsavable(
  rule: Rule,
  source: RulesetSource,
  { clock, settings }: Pick<Ports, 'clock' | 'settings'>,
): void {
  // No segment has an empty id.
  const wanted = { id: '', name: 'Preview', rule };
  const { timeZone: companyTimeZone, timelineDays } = settings;
  const at = { now: isoInstant(clock.now()), companyTimeZone, timelineDays };
  const definition = defineSegment(source, wanted, at);
  const issues = definition.ok ? [] : definition.issues.filter(({ path }) => path.length > 0);
  if (issues.length > 0) throw unprocessable(issues);
}
