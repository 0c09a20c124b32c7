import { describe, expect, it } from 'vitest';
import type { Secrets } from '../../shared/ports/secrets.ts';

export type SecretsWorld = {
  /** As another process has it: nothing is known yet. */
  readonly open: () => Secrets;
  /** From now on nothing can be read. */
  readonly breakDown: () => Promise<void>;
  readonly repair: () => Promise<void>;
};

/** What every adapter for secrets does. */
export const secretsSuite = (adapter: string, make: () => Promise<SecretsWorld>): void => {
  describe(`secrets: ${adapter}`, () => {
    it('are of at least 32 bytes, and the same for everybody, also when asked for at once', async () => {
      const { open } = await make();
      const secrets = open();
      const [first, same] = await Promise.all([
        secrets.get('link-signing'),
        secrets.get('link-signing'),
      ]);
      expect(first.length).toBeGreaterThanOrEqual(32);
      expect(same).toEqual(first);
      expect(await open().get('link-signing')).toEqual(first);
    });

    it('that could not be read are read again by whoever asks next', async () => {
      const { open, breakDown, repair } = await make();
      const value = await open().get('link-signing');
      await breakDown();
      const secrets = open();
      await expect(secrets.get('link-signing')).rejects.toBeInstanceOf(Error);
      await repair();
      expect(await secrets.get('link-signing')).toEqual(value);
    });
  });
};
