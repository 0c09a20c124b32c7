import { createHmac } from 'node:crypto';
import type { Secrets } from '../../ports/secrets.ts';

/** No token of a link and no webhook's key is made of these words. */
const purpose = 'perennial canary write key v1';

/**
 * The write key of the canary, made of the installation's secret each time: it is stored nowhere. Who
 * knows it learns nothing of the secret, and can post the canary's lead and no other.
 */
export const canaryWriteKey = async (secrets: Secrets): Promise<string> =>
  createHmac('sha256', await secrets.get('link-signing'))
    .update(purpose)
    .digest('base64url');
