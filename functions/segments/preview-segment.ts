import * as z from 'zod';
import { ruleSchema } from '../../shared/domain/rules/rule.ts';
import { ruleWords } from '../../shared/domain/rules/rule-words.ts';
import { namesOf } from '../../shared/domain/segments/explanation.ts';
import { unknownNames } from '../../shared/domain/segments/naming.ts';
import { compileRuleset } from '../../shared/domain/segments/ruleset.ts';
import { profileShown } from '../../shared/flows/profiles/shown-profile.ts';
import { previewSize } from '../../shared/flows/segments/preview-size.ts';
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
    'Preview a rule that is not saved: its size (exact up to 100 000 people; beyond, or when time runs short, estimated from the people looked at, with its error at 95 %), ten of the people, the rule in words',
  auth: 'admin',
  body: previewSchema,
  handle: async ({ body: { rule } }, ports) => {
    const source = await loadRules(ports.table);
    const unknown = unknownNames(rule, source, ['rule']);
    if (unknown.length > 0) throw unprocessable(unknown);
    const ruleset = compileRuleset(source, ports.settings.timeZone);
    const endsAt = performance.now() + timeMs;
    const limits = { people: mostPeople, isOutOfTime: () => performance.now() > endsAt };
    const { sample, ...size } = await previewSize(rule, ruleset, { ports, limits });
    return ok({
      ...size,
      sample: sample.map((profile) => profileShown(profile, ruleset)),
      words: ruleWords(rule, namesOf(source)),
    });
  },
});
