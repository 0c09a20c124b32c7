/** Reads a named field of an object: the exact key first, then a dotted path. Null is absent. */
export function fieldReader(name: string): (fields: Readonly<Record<string, unknown>>) => unknown {
  if (!name.includes('.')) return (fields) => own(fields, name);
  const steps = name.split('.');
  return (fields) => {
    const exact = own(fields, name);
    if (exact !== undefined) return exact;
    let value: unknown = fields;
    for (const step of steps) {
      if (typeof value !== 'object' || value === null) return undefined;
      value = own(value as Readonly<Record<string, unknown>>, step);
    }
    return value;
  };
}

/** Names such as `constructor` are read like any other, never from the prototype. */
function own(fields: Readonly<Record<string, unknown>>, name: string): unknown {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  return name in Object.prototype && !Object.hasOwn(fields, name) ? undefined : value;
}
