import { member, until } from '../../../shared/domain/rules/answer.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { compiled, record } from './compiled.ts';
import { naive, type Person } from './naive-rule.ts';

/** A rule about one person, and every instant at which its answer turns. */
export type Case = {
  readonly name: string;
  readonly rule: Rule;
  /** The company's zone; UTC unless told. */
  readonly company?: string;
  /** The person's own zone. */
  readonly zone?: string;
  readonly orders?: readonly string[];
  /** The value of attribute `day`. */
  readonly day?: string;
  readonly from: string;
  /** To the millisecond; the answer is "no" before the first, unless `member`. */
  readonly turns: readonly string[];
  readonly member?: true;
};

/** Some of event `O`. */
export const did = (words: object): Rule => ({ did: 'O', ...words });

/** On the attribute `day`. */
export const on = (words: object): Rule => ({ attribute: 'day', ...words });

const iso = (at: number): string => (Number.isFinite(at) ? new Date(at).toISOString() : 'ever');

/**
 * What the compiled rule says around each turn, and what it should: that and no other instant, sure of
 * it all the time from the one before, as the recount says.
 */
export function turnsOf({ rule, company = 'UTC', zone, orders = [], day, ...when }: Case): {
  readonly found: readonly string[];
  readonly expected: readonly string[];
} {
  const who: Person = {
    id: 'p-1',
    timeZone: zone ?? company,
    attributes: day === undefined ? {} : { day },
    identifiers: {},
    deeds: orders.map((at) => ({ name: 'O', at: Date.parse(at), properties: { total: 10 } })),
  };
  const compiledRule = compiled(rule, company);
  const subject = { ...who, lists: [], ledger: record(compiledRule, who.deeds, undefined) };
  const found: string[] = [];
  const expected: string[] = [];
  let isMember = when.member ?? false;
  let from = Date.parse(when.from);
  for (const turn of [...when.turns, undefined]) {
    const last = turn === undefined ? from : Date.parse(turn) - 1;
    const places = [from, Math.min(from + 150_000, last), Math.floor((from + last) / 2), last];
    for (const now of places) {
      const answer = compiledRule.evaluate(subject, now);
      const says = (yes: boolean): string => `${iso(now)} ${yes ? 'in' : 'out'}`;
      // After the last turn of the table the answer may turn again.
      const end = turn === undefined ? '' : ` until ${turn}`;
      found.push(says(member(answer)) + (turn === undefined ? '' : ` until ${iso(until(answer))}`));
      found.push(`recounted ${says(naive(rule, who, now, { company, segments: {} }))}`);
      expected.push(says(isMember) + end, `recounted ${says(isMember)}`);
    }
    isMember = !isMember;
    from = last + 1;
  }
  return { found, expected };
}
