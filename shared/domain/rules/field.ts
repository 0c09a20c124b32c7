type Fields = Readonly<Record<string, unknown>>;

/** Whether reading `fields[name]` can neither need a path nor find something of the prototype. */
export const isPlainName = (name: string): boolean =>
  !name.includes('.') && !(name in Object.prototype);

/** Reads a named field of an object: the exact key first, then a dotted path. Null is absent. */
export function fieldReader(name: string): (fields: Fields) => unknown {
  if (isPlainName(name)) return (fields) => fields[name] ?? undefined;
  if (!name.includes('.')) return (fields) => own(fields, name);
  const steps = name.split('.');
  return (fields) => {
    const exact = own(fields, name);
    if (exact !== undefined) return exact;
    let value: unknown = fields;
    for (const step of steps) {
      if (typeof value !== 'object' || value === null) return undefined;
      value = own(value as Fields, step);
    }
    return value;
  };
}

/** Names such as `constructor` are read like any other, never from the prototype. */
const own = (fields: Fields, name: string): unknown =>
  Object.hasOwn(fields, name) ? (fields[name] ?? undefined) : undefined;
