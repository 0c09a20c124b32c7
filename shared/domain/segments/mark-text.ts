import { isMemberBy, type Mark, markOf, writeMark } from './membership.ts';
import { newsFor, type Ruleset } from './ruleset.ts';

/** The mark as it is to be stored; none when it means nothing any more. */
export function markText(mark: Mark | undefined, ruleset: Ruleset): string[] {
  if (mark === undefined) return [];
  // Written by newer rules than these, which the row of the member still says: not to be lost here.
  if ((mark.from ?? mark.until ?? 0) > ruleset.revision) return [writeMark(mark)];
  if (newsFor(mark, ruleset) !== undefined) return [writeMark(mark)];
  const text = settledText(mark, ruleset);
  return text === undefined ? [] : [text];
}

/** What the mark means by the rules of now, with no word of those before. */
export function settledText(mark: Mark, ruleset: Ruleset): string | undefined {
  const serving = ruleset.serving.get(mark.segment);
  const version = ruleset.versions.get(mark.segment);
  if (serving === undefined || version === undefined) return undefined;
  const standing = { now: isMemberBy(mark, serving), next: isMemberBy(mark, version) };
  return markOf(mark.segment, standing, version);
}
