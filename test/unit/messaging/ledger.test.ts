import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryIdOf } from '../../../shared/domain/messaging/entry-id.ts';
import {
  canMove,
  changed,
  isOpen,
  type MessageDraft,
  newMessage,
  otherSending,
  takenChange,
} from '../../../shared/domain/messaging/ledger.ts';
import {
  type Message,
  messageId,
  messageStates,
  parseMessageId,
} from '../../../shared/domain/messaging/message.ts';
import { messageItem, parseMessage } from '../../../shared/stores/messages.ts';

const now = Date.parse('2026-01-10T12:00:00.000Z');

const aDraft = (draft: Partial<MessageDraft> = {}): MessageDraft => ({
  run: 'spring@2026-01-10T12:00:00.000Z',
  step: 'main',
  profileId: '01P',
  way: 'email',
  channel: 'email',
  variant: undefined,
  trigger: '',
  campaign: 'spring',
  kind: 'marketing',
  topic: 'offers',
  template: 'spring',
  templateVersion: 3,
  priority: 5,
  plannedAt: '2026-01-10T12:00:00.000Z',
  deadline: undefined,
  event: undefined,
  ...draft,
});

const reserved = newMessage(aDraft(), { kind: 'send' }, now);

describe('a row of the ledger', () => {
  it('begins as it was decided', () => {
    expect(reserved).toMatchObject({ state: 'reserved', dueAt: '2026-01-10T12:10:00.000Z' });
    const deferred = newMessage(
      aDraft(),
      { kind: 'deferred', until: now + 5, reason: 'quiet-hours' },
      now,
    );
    expect(deferred).toMatchObject({ state: 'deferred', dueAt: '2026-01-10T12:00:00.005Z' });
    const withheld = newMessage(aDraft(), { kind: 'withheld', reason: 'holdout' }, now);
    expect(withheld).toMatchObject({ state: 'withheld', reason: 'holdout', dueAt: undefined });
  });

  it('moves forward only: from no end back to a state in which it could be sent', () => {
    for (const from of messageStates.filter((state) => !isOpen(state))) {
      for (const to of messageStates.filter(isOpen)) {
        expect([from, to, canMove(from, to)]).toEqual([from, to, false]);
      }
    }
    expect(canMove('unknown', 'reserved')).toBe(false);
    expect(canMove('delivered', 'accepted')).toBe(false);
    expect(() => changed({ ...reserved, state: 'delivered' }, { state: 'accepted' })).toThrow(
      'cannot go',
    );
  });

  it('forgets its next look when it ends, and counts every write', () => {
    const claimed = changed(reserved, { state: 'claimed' });
    expect(claimed.dueAt).toBe(reserved.dueAt);
    const accepted = changed(claimed, { state: 'accepted' });
    expect(accepted).toMatchObject({ dueAt: undefined, revision: 3 });
  });

  it('reads back as it was stored', () => {
    const full = newMessage(
      aDraft({
        trigger: '01ENTRY#x',
        deadline: '2026-01-11T12:00:00.000Z',
        event: { id: '01E', name: 'Order Completed', occurredAt: 'x', properties: { total: 1 } },
      }),
      { kind: 'send' },
      now,
    );
    const stored = JSON.parse(JSON.stringify(messageItem(full)));
    expect(parseMessage(stored)).toEqual(full);
    expect(parseMessage(JSON.parse(JSON.stringify(messageItem(reserved))))).toEqual(reserved);
  });

  it('stands in the due index only while something is to happen', () => {
    expect(messageItem(reserved)['dueSlot']).toMatch(/^message#\d+$/);
    expect(messageItem(changed(reserved, { state: 'failed' }))).not.toHaveProperty('dueSlot');
  });
});

describe('the id of a message', () => {
  it('is what its key is, for any words in it', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => !text.includes('\n'));
    fc.assert(
      fc.property(word, word, word, (run, profileId, trigger) => {
        const key = { run, step: 'main', profileId, way: 'sms' as const, trigger };
        fc.pre(run.isWellFormed() && profileId.isWellFormed() && trigger.isWellFormed());
        expect(parseMessageId(messageId(key))).toEqual(key);
        expect(messageId(key)).toMatch(/^[A-Za-z0-9_-]+$/);
      }),
    );
  });

  it('fits into a tag of 256 characters', () => {
    const campaign = 'c'.repeat(64);
    const run = `${campaign}@2026-01-10T12:00:00.000Z`;
    const id = messageId({
      run,
      step: 'main',
      profileId: '0'.repeat(26),
      way: 'email',
      trigger: '0'.repeat(26),
    });
    expect(id.length).toBeLessThanOrEqual(256);
  });

  it('is not read from anything else', () => {
    expect(parseMessageId('')).toBeUndefined();
    expect(parseMessageId('not an id')).toBeUndefined();
    expect(parseMessageId('aGVsbG8')).toBeUndefined();
  });
});

describe('the id of an entry told more than once', () => {
  it('is the same for the same parts, and another for others', () => {
    expect(entryIdOf('a', 'b')).toBe(entryIdOf('a', 'b'));
    const ids = Array.from({ length: 20_000 }, (_, index) => entryIdOf('message', String(index)));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).toBe(true);
  });
});

describe('the word of the provider', () => {
  const proof = { providerId: 'ses-1', at: '2026-01-11T12:00:00.000Z' };
  const standing = (state: Message['state'], reason?: string, rest: Partial<Message> = {}) => ({
    ...reserved,
    state,
    reason,
    ...rest,
  });

  it.each<[Message, Message['state']]>([
    [standing('reserved'), 'accepted'],
    [standing('deferred', 'quiet-hours'), 'accepted'],
    [standing('claimed'), 'accepted'],
    [standing('unknown'), 'accepted'],
    [standing('failed', 'no-answer'), 'accepted'],
    [standing('withheld', 'restored'), 'accepted'],
    [standing('withheld', 'deadline', { resent: 1 }), 'accepted'],
    [standing('delivered', undefined, { providerId: 'ses-1' }), 'delivered'],
    [standing('withheld', 'no-consent'), 'withheld'],
    [standing('failed', 'render-error'), 'failed'],
  ])('brings a row forward, and none that was never called (%#)', (row, state) => {
    const change = takenChange(row, proof);
    const after = change === undefined ? row : changed(row, change);
    expect(after.state).toBe(state);
    const ids = [after.providerId, ...(after.otherProviderIds ?? [])];
    expect(ids.filter((id) => id !== undefined)).toEqual(['ses-1']);
  });

  it('under another id is one more sending, each noted once and five at the most', () => {
    let row: Message = standing('accepted', undefined, { providerId: 'ses-0' });
    for (const id of ['ses-0', 'a', 'a', 'b', 'c', 'd', 'e', 'f']) {
      const change = otherSending(row, id);
      if (change.otherProviderIds !== undefined) row = changed(row, change);
    }
    expect(row.otherProviderIds).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(takenChange(row, proof)).toBeUndefined();
  });
});

describe('a call without an answer', () => {
  it('is made again twice at the most, and only by a counted step', () => {
    let row: Message = { ...reserved, state: 'unknown' };
    expect(() => changed(row, { state: 'reserved' })).toThrow('cannot go');
    for (const resent of [1, 2]) {
      row = { ...changed(row, { state: 'reserved', resent }), state: 'unknown' };
    }
    expect(() => changed(row, { state: 'reserved', resent: 2 })).toThrow('cannot go');
    expect(() => changed(row, { state: 'reserved', resent: 3 })).toThrow('cannot go');
  });
});
