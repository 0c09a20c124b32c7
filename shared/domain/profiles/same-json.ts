/** Whether two JSON values say the same, whatever the order of their fields: tables give those back in any. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) {
    return false;
  }
  const names = said(one);
  return (
    names.length === said(other).length &&
    names.every((name) => Object.hasOwn(other, name) && sameJson(one[name], other[name]))
  );
}

/** A field that is undefined is not written. */
const said = (fields: Fields): string[] =>
  Object.keys(fields).filter((name) => fields[name] !== undefined);

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
