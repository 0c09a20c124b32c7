/** A rendered message whose links can be led elsewhere; nothing but them changes, byte for byte. */
export type LinkPlan<Rendered> = {
  /** Where its links lead, each target once, in the order they are met: the first is number 1. */
  readonly targets: readonly string[];
  /**
   * The message with other addresses in their places, in the order of `targets`; undefined leaves a
   * link as it is written. `hidden`: an address that only machines find; texts have no room for one.
   */
  readonly withUrls: (urls: readonly (string | undefined)[], hidden?: string) => Rendered;
};

/** Where a link stands in a source. */
export type LinkPlace = {
  readonly start: number;
  readonly end: number;
  readonly target: string;
};

/**
 * The address as a browser would read it, or undefined when it leads nowhere on the web: anchors,
 * `mailto:` and `tel:`, and what nobody can open.
 */
export function webTarget(written: string): string | undefined {
  const target = written.replaceAll(/[\t\n\r]/g, '').trim();
  return /^https?:\/\/\S/i.test(target) && URL.canParse(target) ? target : undefined;
}

const addresses = /https?:\/\/[^\s<>"]+/gi;
const trailing = /^[.,;:!?'*_\]}]$/;

/** The links in a plain text. A point or a bracket behind an address belongs to the sentence. */
export function linksInText(text: string): readonly LinkPlace[] {
  return [...text.matchAll(addresses)].flatMap(({ 0: match, index }) => {
    const written = withoutTail(match);
    const target = webTarget(written);
    return target === undefined ? [] : { start: index, end: index + written.length, target };
  });
}

/** In one pass: an address may be as long as what people say of themselves. */
function withoutTail(match: string): string {
  let unopened = count(match, ')') - count(match, '(');
  let end = match.length;
  for (; end > 0; end -= 1) {
    const last = match[end - 1] ?? '';
    const closesMore = last === ')' && unopened > 0;
    if (!closesMore && !trailing.test(last)) break;
    if (closesMore) unopened -= 1;
  }
  return match.slice(0, end);
}

function count(text: string, character: string): number {
  let found = 0;
  for (const one of text) if (one === character) found += 1;
  return found;
}

/** What comes to stand where a link stood. */
export type Edit = { readonly start: number; readonly end: number; readonly text: string };

/** The source with its edits, which do not overlap. */
export function edited(source: string, edits: readonly Edit[]): string {
  let result = '';
  let end = 0;
  for (const edit of edits.toSorted((left, right) => left.start - right.start)) {
    result += source.slice(end, edit.start) + edit.text;
    end = edit.end;
  }
  return result + source.slice(end);
}

export const distinctTargets = (places: readonly LinkPlace[]): readonly string[] => [
  ...new Set(places.map(({ target }) => target)),
];

/** The places that get another address, each with it. */
export function placesWithUrls<Place extends LinkPlace>(
  places: readonly Place[],
  targets: readonly string[],
  urls: readonly (string | undefined)[],
): readonly (Place & { readonly url: string })[] {
  const byTarget = new Map(targets.map((target, index) => [target, urls[index]]));
  return places.flatMap((place) => {
    const url = byTarget.get(place.target);
    return url === undefined ? [] : [{ ...place, url }];
  });
}

/** The edits that put other addresses in the places of a plain text's links. */
export const editsOfText = (
  places: readonly LinkPlace[],
  targets: readonly string[],
  urls: readonly (string | undefined)[],
): readonly Edit[] =>
  placesWithUrls(places, targets, urls).map(({ start, end, url }) => ({ start, end, text: url }));

/** The one link that a message opens. */
export function urlLinkPlan<Rendered extends { readonly url?: string }>(
  rendered: Rendered,
): LinkPlan<Rendered> {
  const target = rendered.url === undefined ? undefined : webTarget(rendered.url);
  return {
    targets: target === undefined ? [] : [target],
    withUrls: ([url]) =>
      target === undefined || url === undefined ? rendered : { ...rendered, url },
  };
}

/** The links of a message that is plain text. */
export function textLinkPlan<Rendered extends { readonly text: string }>(
  rendered: Rendered,
): LinkPlan<Rendered> {
  const places = linksInText(rendered.text);
  const targets = distinctTargets(places);
  return {
    targets,
    withUrls: (urls) => ({
      ...rendered,
      text: edited(rendered.text, editsOfText(places, targets, urls)),
    }),
  };
}
