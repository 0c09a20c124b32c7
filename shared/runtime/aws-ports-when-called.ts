import type { Ports } from '../ports/ports.ts';

/**
 * `#aws-ports` everywhere but in a bundle for Lambda, which has `aws-ports.ts` itself: tests and the local
 * world import every function, and load no client of AWS for it.
 */
export async function awsPorts(): Promise<Ports> {
  const aws = await import('./aws-ports.ts');
  return aws.awsPorts();
}
