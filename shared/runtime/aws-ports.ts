import type { Ports } from '../ports/ports.ts';

/** Placeholder until the AWS composition lands in this very change set. */
export async function awsPorts(): Promise<Ports> {
  throw new Error('The AWS ports are not composed yet.');
}
