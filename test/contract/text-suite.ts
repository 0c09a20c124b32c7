import { describe, expect, it } from 'vitest';
import type { Text, TextSender } from '../../shared/ports/senders.ts';

/** A sender of text messages, and what the provider has taken of it. */
export type TextWorld = {
  readonly sender: TextSender;
  readonly taken: () => readonly Pick<Text, 'to' | 'text'>[];
};

export const aText = (change: Partial<Text> = {}): Text => ({
  id: '01JDTEXT',
  to: '+37120000000',
  text: 'Sveika, Anna! Ž🦄',
  ...change,
});

/** What every sender of text messages does. */
export const textSuite = (
  adapter: string,
  open: () => TextWorld,
  /** Texts that a stand-in takes and SNS refuses. */
  { standInTakes = [] }: { readonly standInTakes?: readonly string[] } = {},
): void => {
  describe(`text messages: ${adapter}`, () => {
    it('are accepted, each by an id of its own, with their words as they are', async () => {
      const { sender, taken } = open();
      const answers = [await sender.send(aText()), await sender.send(aText())];
      const accepted = { kind: 'accepted', providerId: expect.stringMatching(/^[\w-]{6,}$/) };
      expect(answers).toEqual([accepted, accepted]);
      expect(answers[0]).not.toEqual(answers[1]);
      const { to, text } = aText();
      expect(taken()).toEqual([
        { to, text },
        { to, text },
      ]);
    });

    it.each(['anna', '+0123456789', '+371 2000 0000', '+'])(
      'are rejected for good where the number is %s, and never sent again',
      async (to) => {
        const { sender, taken } = open();
        expect(await sender.send(aText({ to }))).toEqual({
          kind: 'rejected',
          reason: 'InvalidParameterException',
        });
        expect(taken()).toEqual([]);
      },
    );

    for (const length of [0, 1_601]) {
      const name = `${length} characters`;
      const text = 'x'.repeat(length);
      const isTaken = standInTakes.includes(name);
      const title = isTaken
        ? `moto accepts ${name}, which ${adapter} refuses: it is asked for just that`
        : `of ${name} are rejected for good, and never sent again`;
      it.each([title])('%s', async () => {
        const { sender, taken } = open();
        const { kind } = await sender.send(aText({ text }));
        expect(kind).toBe(isTaken ? 'accepted' : 'rejected');
        expect(taken()).toEqual(isTaken ? [{ to: aText().to, text }] : []);
      });
    }
  });
};
