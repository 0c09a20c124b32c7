export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /**
   * Waits so many milliseconds, or up to twice as many, so that those who clashed do not meet again. A
   * clock that stands still only lets others go on first.
   */
  sleep(ms: number): Promise<void>;
}
