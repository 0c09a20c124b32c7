import { EmptyRendering, RenderError, renderLiquid } from './liquid.ts';
import {
  type MissingPolicy,
  parsed,
  type Renderer,
  rendererOf,
  scopeOf,
} from './rendering-data.ts';

export type RenderedWebhook = { readonly body: string };

/** The body of a webhook: JSON, or it is not sent. */
export const webhookRenderer = (
  template: MissingPolicy & { readonly body: string },
): Renderer<RenderedWebhook> =>
  rendererOf(template, () => {
    const source = parsed('json', template.body);
    const isConstant = !/\{[{%]/.test(template.body);
    return (data) => {
      const body = renderLiquid(source, scopeOf(data), data);
      try {
        JSON.parse(body);
      } catch (cause) {
        const said = cause instanceof Error ? cause.message : String(cause);
        if (isConstant) throw new RenderError(`the body is no JSON: ${said}`, { cause });
        // With the data of others it may be one.
        throw new EmptyRendering(`the body is no JSON with this data: ${said}`, { cause });
      }
      return { body };
    };
  });
