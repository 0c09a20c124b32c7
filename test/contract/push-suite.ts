import { describe, expect, it } from 'vitest';
import type { Push, PushSender } from '../../shared/ports/senders.ts';

/** A sender of push messages, and the app behind it. */
export type PushWorld = {
  readonly sender: PushSender;
  /** What the app was given, oldest first. */
  readonly arrived: () => readonly (Pick<Push, 'title' | 'text' | 'url' | 'data'> & {
    token: string;
  })[];
  /** The app is removed from the device, and the platform has noticed. */
  readonly remove: (token: string) => Promise<void>;
};

let devices = 0;

export const aPush = (change: Partial<Push> = {}): Push => {
  devices += 1;
  return {
    id: 'm-1',
    device: { token: `token-${process.pid}-${devices}`, platform: 'ios' },
    title: 'Sale, "today" Ž🦄',
    text: 'Today only',
    url: 'shop://sale',
    data: { order: '7' },
    ...change,
  };
};

/** What every sender of push messages does. */
export const pushSuite = (adapter: string, open: () => Promise<PushWorld>): void => {
  describe(`push messages: ${adapter}`, () => {
    it('reach the app as they are, however often, each by an id of its own', async () => {
      const { sender, arrived } = await open();
      const push = aPush();
      const answers = [await sender.send(push), await sender.send(push)];
      const accepted = { kind: 'accepted', providerId: expect.stringMatching(/^[\w-]{6,}$/) };
      expect(answers).toEqual([accepted, accepted]);
      expect(answers[0]).not.toEqual(answers[1]);
      const { title, text, url, data, device } = push;
      const given = { title, text, url, data, token: device.token };
      expect(arrived()).toEqual([given, given]);
    });

    it('have no link and no data where none are given', async () => {
      const { sender, arrived } = await open();
      const { id, device, title, text } = aPush();
      expect(await sender.send({ id, device, title, text })).toMatchObject({ kind: 'accepted' });
      expect(arrived()).toEqual([{ title, text, data: {}, token: device.token }]);
    });

    it('find the app gone, and reach the other devices all the same', async () => {
      const { sender, arrived, remove } = await open();
      const [gone, there] = [aPush(), aPush()];
      await sender.send(gone);
      await remove(gone.device.token);
      expect(await sender.send(gone)).toEqual({ kind: 'gone' });
      expect(await sender.send(there)).toMatchObject({ kind: 'accepted' });
      expect(arrived().map(({ token }) => token)).toEqual([gone.device.token, there.device.token]);
    });
  });
};
