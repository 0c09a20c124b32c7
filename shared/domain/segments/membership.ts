import type { Instant } from '../time/instant.ts';
import { unserved } from './segment.ts';

/**
 * Which segments a person is in, as their item keeps it. While a changed definition is being passed
 * over all people, the membership by the serving definition stands beside the one to come, so that
 * the old audience serves until the new one is whole, and people who do not change are not written:
 * - `vip`      a member by both;
 * - `vip@+7`   a member from version 7 on, not before;
 * - `vip@-7`   a member until version 7 serves, not after.
 * The same mark stands on the member row.
 */
export type Mark = { readonly segment: string; readonly from?: number; readonly until?: number };

/** Membership by the definition that serves now and by the one that comes; equal when none comes. */
export type Standing = { readonly now: boolean; readonly next: boolean };

export function parseMark(text: string): Mark {
  const at = text.lastIndexOf('@');
  if (at < 0) return { segment: text };
  const segment = text.slice(0, at);
  const version = Number(text.slice(at + 2));
  return text[at + 1] === '+' ? { segment, from: version } : { segment, until: version };
}

/** The inverse of `parseMark`. */
export function writeMark({ segment, from, until }: Mark): string {
  if (from !== undefined) return `${segment}@+${from}`;
  return until === undefined ? segment : `${segment}@-${until}`;
}

/** The mark of a standing; undefined for "in neither". `version` is that of the definition to come. */
export function markOf(segment: string, standing: Standing, version: number): string | undefined {
  if (standing.now && standing.next) return segment;
  if (standing.next) return `${segment}@+${version}`;
  return standing.now ? `${segment}@-${version}` : undefined;
}

/**
 * Whether a mark means membership while `serving` is the version that serves. While none serves nobody
 * is a member: the marks are left over from a segment of the same name that was deleted.
 */
export const isMemberBy = (mark: Mark, serving: number): boolean =>
  serving !== unserved &&
  (mark.from === undefined || mark.from <= serving) &&
  (mark.until === undefined || mark.until > serving);

/**
 * An edit that tells of those whom it re-labelled: marks later than `after`, the version that served
 * before, are its work, and are told as of the instant `at` which it came to serve (in ms).
 */
export type Announcement = { readonly after: number; readonly at: Instant };

/** What is to be told of a mark; once it is, the mark is plain or gone. */
export function newsOf(
  { from, until }: Mark,
  serving: number,
  { after }: Pick<Announcement, 'after'>,
): 'segment.entered' | 'segment.left' | undefined {
  const isRelabelled = (version = unserved): boolean => version > after && version <= serving;
  if (isRelabelled(from)) return 'segment.entered';
  // While none served nobody was a member: such a mark is left over from a segment that was deleted.
  return after !== unserved && isRelabelled(until) ? 'segment.left' : undefined;
}

/** Version that serves per segment; a segment that is absent is not defined any more. */
export type ServingVersions = ReadonlyMap<string, number>;

/** The ids of the segments a person is in. */
export function segmentsOf(marks: readonly string[], serving: ServingVersions): string[] {
  return marks.flatMap((text) => {
    const mark = parseMark(text);
    const version = serving.get(mark.segment);
    return version !== undefined && isMemberBy(mark, version) ? [mark.segment] : [];
  });
}

export const isMember = (
  profile: { readonly segments: readonly string[] },
  segment: string,
  serving: ServingVersions,
): boolean => segmentsOf(profile.segments, serving).includes(segment);
