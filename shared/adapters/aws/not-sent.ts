import { NotSent } from '../../ports/senders.ts';

/** Nobody answered at the other end: no byte of the request left. */
const unreachable = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

const requestTimeoutStatus = 408;
const tooManyStatus = 429;

/** How AWS says that calls come too fast; older protocols say it with status 400. */
const throttlings = new Set(['TooManyRequestsException', 'ThrottlingException', 'Throttling']);

/**
 * Turns what an SDK call threw into `NotSent` where the provider certainly took nothing: it answered
 * with a refusal (4xx), it was never reached, or the call could not be signed. Anything else, such as
 * a timeout or a 5xx, stays as it is: nobody knows.
 */
export function asSendFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const certain =
    isRefusal(error) || unreachable.has(codeOf(error)) || error.name === 'CredentialsProviderError';
  if (!certain) return error;
  const isTooFast = httpStatusOf(error) === tooManyStatus || throttlings.has(error.name);
  return new NotSent(`The provider took nothing: ${error.name}`, { cause: error, isTooFast });
}

function isRefusal(error: Error): boolean {
  const status = httpStatusOf(error);
  return status >= 400 && status < 500 && status !== requestTimeoutStatus;
}

function httpStatusOf(error: Error): number {
  if (!('$metadata' in error)) return 0;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null) return 0;
  if (!('httpStatusCode' in metadata)) return 0;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : 0;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
