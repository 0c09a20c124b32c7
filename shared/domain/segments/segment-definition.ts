import { sameJson } from '../profiles/same-json.ts';
import type { Rule } from '../rules/rule.ts';
import { sizeIssues } from './definition-room.ts';
import { historyIssues } from './kept-history.ts';
import { type NamingIssue, namesIn, unknownNames, usersOf } from './naming.ts';
import { type ChangeContext, type Definition, proposed, rebuilt } from './rules-change.ts';
import type { RulesetSource } from './ruleset.ts';
import type { Segment } from './segment.ts';

/** Segments a company may have. */
export const maxSegments = 500;

type Wanted = {
  readonly id: string;
  readonly name: string;
  readonly rule: Rule | undefined;
  /** Tell of those whom it re-labels. */
  readonly notify?: boolean;
  readonly savedBy?: string;
};

/** Defines, changes or (with no rule) deletes a segment. Segments that use it are built anew with it. */
export function defineSegment(
  source: RulesetSource,
  wanted: Wanted,
  at: ChangeContext,
): Definition {
  const before = source.segments.find(({ id }) => id === wanted.id);
  const isSame = before !== undefined && sameJson(before.rule, wanted.rule);
  const issues = [
    ...segmentIssues(source, wanted, before === undefined),
    ...(isSame ? [] : unanswerable(source, wanted, at)),
    ...(isSame || wanted.rule === undefined ? [] : sizeIssues(wanted.rule)),
  ];
  if (issues.length > 0) return { ok: false, issues };
  const revision = source.revision + 1;
  const { notify = false } = wanted;
  const after: Segment = {
    id: wanted.id,
    name: wanted.name,
    rule: wanted.rule,
    notify,
    version: isSame ? before.version : revision,
    savedBy: isSame ? before.savedBy : wanted.savedBy,
    serving: before?.serving,
    createdAt: before?.createdAt ?? at.now,
    updatedAt: at.now,
  };
  const others = isSame ? [] : usersOf({ kind: 'segment', id: wanted.id }, source.segments);
  const segments = [
    after,
    ...rebuilt(
      others.filter(({ id }) => id !== wanted.id),
      revision,
      { ...at, notify },
    ),
  ];
  return proposed(source, { segments }, { at, pass: !isSame });
}

function segmentIssues(source: RulesetSource, { id, rule }: Wanted, isNew: boolean): NamingIssue[] {
  const users = usersOf({ kind: 'segment', id }, source.segments).filter((user) => user.id !== id);
  if (rule === undefined) return users.map((user) => usedBy(user.id));
  const cycle = cycleIssues(rule, id, users);
  const known = new Set(cycle.map(({ path }) => path.join()));
  const unknown = unknownNames(rule, source, ['rule']).filter(
    ({ path }) => !known.has(path.join()),
  );
  const message = `there are ${maxSegments} segments already: delete one first`;
  const isFull = isNew && source.segments.length >= maxSegments;
  return [...cycle, ...unknown, ...(isFull ? [{ path: [], message }] : [])];
}

const unanswerable = (
  source: RulesetSource,
  { rule }: Wanted,
  { timelineDays }: ChangeContext,
): NamingIssue[] =>
  rule === undefined ? [] : historyIssues(rule, { source, timelineDays }, ['rule']);

const usedBy = (id: string): NamingIssue => ({
  path: [],
  message: `segment "${id}" uses it: change that first`,
});

/** A segment may not use itself, even through others; which ones is told. */
function cycleIssues(rule: Rule, id: string, users: readonly Segment[]): NamingIssue[] {
  const using = new Set([id, ...users.map((user) => user.id)]);
  return namesIn(rule, ['rule'])
    .filter((naming) => naming.kind === 'segment' && using.has(naming.id))
    .map((naming) => ({
      path: naming.path,
      message: `makes a cycle, which has no answer: ${[id, ...wayTo(id, naming.id, users)].join(' -> ')}`,
    }));
}

/** From one of the users of a segment to it, each using the next. */
function wayTo(id: string, from: string, users: readonly Segment[]): readonly string[] {
  const ways: (readonly string[])[] = [[from]];
  const seen = new Set([from]);
  for (const way of ways) {
    const last = way.at(-1);
    if (last === id) return way;
    const user = users.find((one) => one.id === last);
    const rules = [user?.rule, user?.serving?.rule].filter((rule) => rule !== undefined);
    for (const naming of rules.flatMap((rule) => namesIn(rule))) {
      if (naming.kind !== 'segment' || seen.has(naming.id)) continue;
      seen.add(naming.id);
      ways.push([...way, naming.id]);
    }
  }
  return [from, id];
}
