export interface Ids {
  /** A new identifier: 26 characters of Crockford base 32 (ULID), unguessable, ordered by time. */
  next(): string;
  /** A secret token of 32 random bytes, base64url. */
  secret(): string;
}
