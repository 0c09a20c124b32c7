/** A document with its computed parts as they are now; every part must have its place in it. */
export function withParts(document: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const begin = `<!-- ${name} -->\n`;
    const from = text.indexOf(begin);
    const to = text.indexOf('\n<!-- end -->', from);
    if (from < 0 || to < 0) throw new Error(`The document has no place for "${name}".`);
    return `${text.slice(0, from + begin.length)}\n${part}\n${text.slice(to)}`;
  }, document);
}
