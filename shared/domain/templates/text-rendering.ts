import { EmptyRendering, renderLiquid } from './liquid.ts';
import {
  isBlank,
  type MissingPolicy,
  parsed,
  type Renderer,
  rendererOf,
  scopeOf,
} from './rendering-data.ts';

export type RenderedText = { readonly text: string };

/** An SMS: no footer, nothing escaped. */
export const textRenderer = (
  template: MissingPolicy & { readonly text: string },
): Renderer<RenderedText> =>
  rendererOf(template, () => {
    const source = parsed('plain', template.text);
    return (data) => {
      const text = renderLiquid(source, scopeOf(data), data);
      if (isBlank(text)) throw new EmptyRendering('the text is empty with this data');
      return { text };
    };
  });
