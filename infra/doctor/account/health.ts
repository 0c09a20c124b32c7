import { type Asked, known, wordsOf } from '../asked.ts';
import type { HealthFacts } from '../checks/api.ts';

const timeoutMs = 10_000;

/** What the API answers to whoever asks; that it does not answer is a fact as well. */
export async function askHealth(url: string): Promise<Asked<HealthFacts>> {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(timeoutMs) });
    await answer.arrayBuffer();
    return known({ kind: 'answered', status: answer.status });
  } catch (error) {
    return known({ kind: 'silent', why: wordsOf(error) });
  }
}
