import { EmptyRendering, renderLiquid } from './liquid.ts';
import {
  isBlank,
  type MissingPolicy,
  parsed,
  type Renderer,
  rendererOf,
  scopeOf,
} from './rendering-data.ts';

export type RenderedPush = {
  readonly title: string;
  readonly text: string;
  readonly url?: string;
  readonly data?: Readonly<Record<string, string>>;
};

/** A push message: no footer, nothing escaped. A link that is empty with this data is left out. */
export const pushRenderer = (
  template: MissingPolicy & {
    readonly title: string;
    readonly text: string;
    readonly url?: string | undefined;
    readonly data?: Readonly<Record<string, string>> | undefined;
  },
): Renderer<RenderedPush> =>
  rendererOf(template, () => {
    const title = parsed('plain', template.title);
    const text = parsed('plain', template.text);
    const url = template.url === undefined ? undefined : parsed('plain', template.url);
    const fields = Object.entries(template.data ?? {});
    const data = fields.map(([name, source]) => [name, parsed('plain', source)] as const);
    return (given) => {
      const scope = scopeOf(given);
      const line = renderLiquid(title, scope, given).trim();
      const words = renderLiquid(text, scope, given).trim();
      if (isBlank(line)) throw new EmptyRendering('the title is empty with this data');
      if (isBlank(words)) throw new EmptyRendering('the text is empty with this data');
      const link = url && renderLiquid(url, scope, given).trim();
      return {
        title: line,
        text: words,
        ...(link && { url: link }),
        ...(data.length > 0 && {
          data: Object.fromEntries(
            data.map(([name, source]) => [name, renderLiquid(source, scope, given)]),
          ),
        }),
      };
    };
  });
