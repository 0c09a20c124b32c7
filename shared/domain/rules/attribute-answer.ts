import { dateInstant, type Instant, readDate } from '../time/instant.ts';
import { always, answerOfSpan, both, never } from './answer.ts';
import { type DateSpan, dateSpan } from './date-span.ts';
import type { AttributeLeaf } from './leaf.ts';
import { type ValueTest, valueTest } from './value-test.ts';
import { anniversaryAnswer, type ValueAnswer } from './yearly.ts';

/** The conditions of an attribute leaf: those that time does not change, and those that it does. */
export type AttributeConditions = {
  readonly test: ValueTest;
  readonly dated: ValueAnswer | undefined;
};

export function attributeConditions(leaf: AttributeLeaf): AttributeConditions {
  const span = dateSpan(leaf);
  const ofDate = span === undefined ? undefined : spanAnswer(span);
  const ofYear = leaf.anniversary === undefined ? undefined : anniversaryAnswer(leaf.anniversary);
  return { test: valueTest(leaf), dated: bothOf(ofDate, ofYear) };
}

/** The answer of a leaf about one value; undefined is an absent one. */
export function attributeAnswer({ test, dated }: AttributeConditions): ValueAnswer {
  if (dated === undefined) return (value) => (test(value) ? always : never);
  return (value, timeZone, now) => (test(value) ? dated(value, timeZone, now) : never);
}

function bothOf(
  one: ValueAnswer | undefined,
  other: ValueAnswer | undefined,
): ValueAnswer | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return (value, timeZone, now) => both(one(value, timeZone, now), other(value, timeZone, now));
}

function spanAnswer(span: DateSpan): ValueAnswer {
  return (value, timeZone, now: Instant) => {
    const written = readDate(value);
    if (written === undefined) return never;
    const at = dateInstant(written, timeZone);
    return answerOfSpan(span.first(at, timeZone, now), span.last(at, timeZone, now), now);
  };
}
