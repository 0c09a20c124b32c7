import type { MessageWay } from '../messaging/message.ts';

type Words = {
  readonly kind: 'marketing' | 'transactional';
  readonly message: { readonly channel: MessageWay };
  readonly holdout?: number | undefined;
  readonly overCap: 'withhold' | 'defer';
  readonly resend: 'never' | 'afterUnknown';
};

/** Words that would change nothing beside the others: who writes one expects something of it. */
export function idleWords({ kind, message, holdout = 0, overCap, resend }: Words): readonly {
  readonly path: string;
  readonly message: string;
}[] {
  const isWebhook = message.channel === 'webhook';
  const found: { path: string; message: string }[] = [];
  if (kind === 'transactional' && holdout > 0) {
    found.push({
      path: 'holdout',
      message: 'a transactional message is kept from nobody: remove it',
    });
  }
  if (overCap === 'defer' && (kind === 'transactional' || isWebhook)) {
    const what = isWebhook ? 'a webhook' : 'a transactional message';
    found.push({ path: 'overCap', message: `${what} counts against no cap: remove it` });
  }
  if (resend === 'afterUnknown' && isWebhook) {
    const why = 'a webhook is called again until it is taken, and its receiver knows a repeat';
    found.push({ path: 'resend', message: `${why}: remove it` });
  }
  return found;
}
