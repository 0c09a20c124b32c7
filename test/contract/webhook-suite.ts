import { describe, expect, it } from 'vitest';
import type { Webhook, WebhookSender } from '../../shared/ports/senders.ts';

/** What the other end does with a call: answers by this status, or not at all. */
export type EndpointAnswer =
  | { readonly status: number; readonly retryAfter?: string }
  | 'breaks off'
  | 'is silent';

/** A sender of webhooks, and the company's own system behind it. */
export type WebhookWorld = {
  readonly sender: WebhookSender;
  readonly url: string;
  /** From now on. */
  readonly answer: (answer: EndpointAnswer) => void;
  /** What it has taken (2xx), oldest first. */
  readonly taken: () => readonly { url: string; body: string; signature: string | undefined }[];
};

const aCall = (url: string): Webhook => ({
  id: 'm-1',
  url,
  headers: { 'content-type': 'application/json', 'webhook-signature': 'v1,x' },
  body: '{"name":"Jānis 🦄"}',
});

/** What every sender of webhooks does. */
export const webhookSuite = (adapter: string, open: () => Promise<WebhookWorld>): void => {
  describe(`webhooks: ${adapter}`, () => {
    it('are posted as they are, with their headers, as often as they are sent', async () => {
      const { sender, url, answer, taken } = await open();
      answer({ status: 204 });
      for (let time = 0; time < 2; time += 1) {
        expect(await sender.send(aCall(url))).toMatchObject({ kind: 'accepted' });
      }
      const posted = { url, body: aCall(url).body, signature: 'v1,x' };
      expect(taken()).toEqual([posted, posted]);
    });

    it.each<[EndpointAnswer, object]>([
      [{ status: 301 }, { kind: 'rejected', reason: 'http-301' }],
      [{ status: 400 }, { kind: 'rejected', reason: 'http-400' }],
      [{ status: 404 }, { kind: 'rejected', reason: 'http-404' }],
      [{ status: 408 }, { kind: 'throttled', reason: 'http-408' }],
      [{ status: 500 }, { kind: 'throttled', reason: 'http-500' }],
      [
        { status: 429, retryAfter: '120' },
        { kind: 'throttled', reason: 'http-429', retryAfterSeconds: 120 },
      ],
      ['breaks off', { kind: 'throttled', reason: 'no-answer' }],
      ['is silent', { kind: 'throttled', reason: 'no-answer' }],
    ])('say what became of them where the other end answers %j', async (given, said) => {
      const { sender, url, answer, taken } = await open();
      answer(given);
      expect(await sender.send(aCall(url))).toEqual(said);
      expect(taken()).toEqual([]);
    });
  });
};
