/**
 * Stands in bundles for dom-serializer, which writes HTML: html-to-text does so only for elements that are
 * to stay HTML in the text, and ours have none. With it comes a second table of all that HTML names.
 */
export function render(): never {
  throw new Error('Writing HTML is left out of bundles: see infra/constructs/bundle.ts.');
}

// oxlint-disable-next-line import/no-default-export -- domutils asks for it by this name.
export { render as default };
