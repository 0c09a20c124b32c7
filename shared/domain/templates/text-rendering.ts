import { EmptyRendering, renderLiquid } from './liquid.ts';
import { isBlank, lateFailing, parsed, type Renderer, scopeOf } from './rendering-data.ts';

export type RenderedText = { readonly text: string };

/** An SMS: no footer, nothing escaped. */
export const textRenderer = (template: { readonly text: string }): Renderer<RenderedText> =>
  lateFailing(() => {
    const source = parsed('plain', template.text);
    return (data) => {
      const text = renderLiquid(source, scopeOf(data), data);
      if (isBlank(text)) throw new EmptyRendering('the text is empty with this data');
      return { text };
    };
  });
