const parts = (version: string): readonly number[] => version.split('.').map(Number);

/**
 * Stands in bundles for semver, of which the X-Ray SDK asks one thing, when it is loaded: whether Node is at
 * least version 8. Versions are three numbers here.
 */
export function gte(version: string, least: string): boolean {
  const [own, other] = [parts(version), parts(least)];
  const at = own.findIndex((part, index) => part !== other[index]);
  return at < 0 || (own[at] ?? 0) > (other[at] ?? 0);
}
