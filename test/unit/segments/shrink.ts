import type { Rule } from '../../../shared/domain/rules/rule.ts';
import type { Said } from './random-inputs.ts';
import type { Step, WalkPlan } from './random-walk.ts';

/** Tries of smaller plans. */
const maxTries = 4000;

/** The smallest plan found that still fails. */
export function shrunk(plan: WalkPlan, fails: (plan: WalkPlan) => boolean): WalkPlan {
  let smallest = plan;
  let tries = 0;
  for (let again = true; again; ) {
    again = false;
    for (const smaller of smallerPlans(smallest)) {
      if (++tries > maxTries) return smallest;
      if (!fails(smaller)) continue;
      smallest = smaller;
      again = true;
      break;
    }
  }
  return smallest;
}

/** Plans with one thing less, the larger cuts first. */
function* smallerPlans(plan: WalkPlan): Generator<WalkPlan> {
  for (const segments of shorter(plan.segments)) yield { ...plan, segments };
  for (const steps of shorter(plan.steps)) yield { ...plan, steps };
  for (const computed of shorter(plan.computed)) yield { ...plan, computed };
  if (plan.rfm !== undefined) yield { ...plan, rfm: undefined };
  for (const lists of shorter(plan.lists)) yield { ...plan, lists };
  for (const [index, segment] of plan.segments.entries()) {
    for (const rule of smallerRules(segment.rule)) {
      yield { ...plan, segments: plan.segments.with(index, { ...segment, rule }) };
    }
  }
  for (const [index, step] of plan.steps.entries()) {
    for (const smaller of smallerSteps(step)) {
      yield { ...plan, steps: plan.steps.with(index, smaller) };
    }
  }
}

function* shorter<T>(values: readonly T[]): Generator<readonly T[]> {
  for (let index = values.length - 1; index >= 0; index--) yield values.toSpliced(index, 1);
}

function* smallerSteps(step: Step): Generator<Step> {
  if (step.kind === 'define') {
    for (const rule of smallerRules(step.segment.rule)) {
      yield { ...step, segment: { ...step.segment, rule } };
    }
  }
  if (step.kind !== 'said') return;
  for (const inputs of shorter(step.inputs)) if (inputs.length > 0) yield { ...step, inputs };
  for (const [index, said] of step.inputs.entries()) {
    for (const smaller of smallerSaid(said)) {
      yield { ...step, inputs: step.inputs.with(index, smaller) };
    }
  }
}

function* smallerSaid(said: Said): Generator<Said> {
  for (const attributes of without(said.attributes)) yield { ...said, attributes };
  for (const identifiers of without(said.identifiers)) {
    // What is left of texts are texts.
    yield { ...said, identifiers: identifiers as Record<string, string> };
  }
  const { event } = said;
  if (event === undefined) return;
  for (const properties of without(event.properties)) {
    yield { ...said, event: { ...event, properties } };
  }
}

function* without(
  fields: Readonly<Record<string, unknown>> | undefined,
): Generator<Readonly<Record<string, unknown>>> {
  for (const name of Object.keys(fields ?? {})) {
    yield Object.fromEntries(Object.entries(fields ?? {}).filter(([other]) => other !== name));
  }
}

/** Rules that are a part of a rule, or miss one. */
function* smallerRules(rule: Rule | undefined): Generator<Rule> {
  if (rule === undefined) return;
  if ('not' in rule) {
    yield rule.not;
    for (const not of smallerRules(rule.not)) yield { not };
  }
  for (const kind of ['all', 'any'] as const) {
    const rules = (rule as Readonly<Record<string, unknown>>)[kind] as readonly Rule[] | undefined;
    if (rules === undefined) continue;
    yield* rules;
    const group = (inner: readonly Rule[]): Rule => ({ [kind]: inner }) as Rule; // `kind` is its word
    for (const inner of shorter(rules)) if (inner.length > 0) yield group(inner);
    for (const [index, inner] of rules.entries()) {
      for (const smaller of smallerRules(inner)) yield group(rules.with(index, smaller));
    }
  }
  if ('where' in rule && rule.where !== undefined) {
    const { where, ...bare } = rule;
    yield bare as Rule; // `where` is never required
    for (const some of shorter<unknown>(where))
      if (some.length > 0) yield { ...bare, where: some } as Rule;
  }
}
