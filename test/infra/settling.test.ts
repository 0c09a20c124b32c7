import { describe, expect, it } from 'vitest';
import { functions, rulesSettleSeconds } from '../../infra/manifest.ts';

/** Seconds for which SQS can delay a message. */
const longestDelaySeconds = 900;

describe('the wait between a change of the rules and its pass', () => {
  it('outlasts every function that decides about people, and a queue can keep it', () => {
    const deciding = functions.filter(({ grants }) => grants.tables?.profiles === 'write');
    expect(deciding.map(({ file }) => file)).toEqual(
      expect.arrayContaining([
        'functions/tracking/ingest-inputs.ts',
        'functions/segments/review-profiles.ts',
        'functions/segments/pass-over-profiles.ts',
        'functions/lists/change-static-list-members.ts',
      ]),
    );
    for (const { timeoutSeconds } of deciding) {
      expect(timeoutSeconds).toBeLessThanOrEqual(rulesSettleSeconds);
    }
    expect(rulesSettleSeconds).toBeLessThanOrEqual(longestDelaySeconds);
  });
});
