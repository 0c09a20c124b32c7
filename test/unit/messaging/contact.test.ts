import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Contact,
  concernsContact,
  contactAfter,
  noContact,
  withReaction,
} from '../../../shared/domain/messaging/contact.ts';
import {
  canMove,
  changed,
  isCounted,
  type MessageChange,
  newMessage,
} from '../../../shared/domain/messaging/ledger.ts';
import {
  type Message,
  messageId,
  messageStates,
} from '../../../shared/domain/messaging/message.ts';

const now = Date.parse('2026-11-25T12:00:00.000Z');
const at = '2026-11-25T12:00:00.000Z';
const today = '2026-11-25';

const aRow = (run: string, changes: Partial<Message> = {}): Message => {
  const draft = {
    run,
    step: 'main',
    profileId: 'anna',
    way: 'email',
    channel: 'email',
    variant: undefined,
    trigger: '',
    campaign: run,
    kind: 'marketing',
    topic: 'offers',
    template: 'hello',
    templateVersion: 1,
    priority: 5,
    plannedAt: at,
    deadline: undefined,
    event: undefined,
  } as const;
  return { ...newMessage(draft, { kind: 'send' }, now), ...changes };
};

const waiting = (run: string, dueAt: string, changes: Partial<Message> = {}): Message =>
  aRow(run, { state: 'deferred', reason: 'frequency-cap', dueAt, ...changes });

/** Takes steps as the stores do: the contact is written only when it is concerned. */
function after(contact: Contact, ...steps: readonly (readonly [Message | undefined, Message])[]) {
  return steps.reduce((known, [before, next]) => {
    const rows = { before, after: next };
    return concernsContact(rows) ? contactAfter(known, rows) : known;
  }, contact);
}

describe('what a contact counts', () => {
  const reserved = aRow('spring', { countedOn: today });
  const counted = after(noContact('anna'), [undefined, reserved]);

  it('is a message that was reserved, once', () => {
    expect(counted).toMatchObject({ sent: { [today]: { email: 1 } }, revision: 1 });
    const claimed = changed(reserved, { state: 'claimed' });
    const accepted = changed(claimed, { state: 'accepted' });
    expect(after(counted, [reserved, claimed], [claimed, accepted])).toBe(counted);
  });

  it.each<[string, MessageChange, boolean]>([
    ['withheld', { state: 'withheld', reason: 'no-consent' }, false],
    ['withheld because a backup forgot it', { state: 'withheld', reason: 'restored' }, true],
    ['cancelled', { state: 'withheld', reason: 'cancelled' }, false],
    ['deferred', { state: 'deferred', reason: 'quiet-hours' }, false],
    ['not rendered', { state: 'failed', reason: 'render-error' }, false],
    ['refused for too long', { state: 'failed', reason: 'refused-by-provider' }, false],
    ['not answered', { state: 'failed', reason: 'no-answer' }, true],
    ['rejected', { state: 'rejected' }, false],
    ['taken, then rejected', { state: 'rejected', acceptedAt: at }, true],
    ['unknown', { state: 'unknown' }, true],
    ['bounced', { state: 'bounced' }, true],
    ['reserved again', { state: 'reserved' }, true],
  ])('of a message that is %s', (_, change, isKept) => {
    const claimed = changed(reserved, { state: 'claimed' });
    const next = changed(claimed, change);
    const { sent } = after(counted, [claimed, next]);
    expect(sent).toEqual(isKept ? { [today]: { email: 1 } } : {});
    expect(next.countedOn).toBe(isKept ? today : undefined);
  });

  it('stays once a call without an answer was made again', () => {
    const resent = { ...reserved, resent: 1 };
    const withheld = changed(resent, { state: 'withheld', reason: 'cancelled' });
    expect(withheld.countedOn).toBe(today);
  });

  it('moves with its message to another day and another channel', () => {
    const later = changed(reserved, { countedOn: '2026-11-26', channel: 'sms' });
    expect(after(counted, [reserved, later]).sent).toEqual({ '2026-11-26': { sms: 1 } });
  });

  it('is forgotten when no window reaches it any more, and then not released twice', () => {
    const old = aRow('old', { countedOn: '2026-10-20' });
    const both = after(noContact('anna'), [undefined, old], [undefined, reserved]);
    expect(both.sent).toEqual({ [today]: { email: 1 } });
    const withheld = changed(old, { state: 'withheld', reason: 'cancelled' });
    expect(after(both, [old, withheld]).sent).toEqual({ [today]: { email: 1 } });
    const kept = aRow('kept', { countedOn: '2026-10-27' });
    expect(Object.keys(after(both, [undefined, kept]).sent).sort()).toEqual(['2026-10-27', today]);
  });
});

describe('the last reaction of a person', () => {
  const reacted = withReaction(noContact('anna'), 'sms', at);

  it('is kept for each channel', () => {
    expect(reacted).toMatchObject({ reactions: { sms: at }, revision: 1 });
    const later = '2026-11-25T12:00:00.001Z';
    const both = reacted && withReaction(reacted, 'email', later);
    expect(both?.reactions).toEqual({ sms: at, email: later });
    expect(both && withReaction(both, 'sms', later)?.reactions['sms']).toBe(later);
  });

  it('is neither made older by one told late, nor written again by one told twice', () => {
    expect(reacted && withReaction(reacted, 'sms', at)).toBeUndefined();
    expect(reacted && withReaction(reacted, 'sms', '2026-11-25T11:59:59.999Z')).toBeUndefined();
  });
});

describe('the line of those who wait for room', () => {
  const midnight = '2026-11-26T00:00:00.000Z';

  it('takes a message in once, keeps its place, and lets it go', () => {
    const [a, b] = [waiting('a', midnight), waiting('b', midnight)];
    const line = after(noContact('anna'), [undefined, a], [undefined, b]);
    expect(line.waiting.map(({ message }) => message)).toEqual([messageId(a), messageId(b)]);
    const again = changed(a, { reason: 'frequency-cap', dueAt: '2026-11-27T00:00:00.000Z' });
    const moved = after(line, [a, again]);
    expect(moved.waiting.map(({ from }) => from)).toEqual(['2026-11-27T00:00:00.000Z', midnight]);
    const gone = changed(again, { state: 'reserved', countedOn: today, at });
    expect(after(moved, [again, gone])).toMatchObject({
      waiting: [{ message: messageId(b) }],
      sent: { [today]: { email: 1 } },
    });
  });

  it('forgets those whose time is long over, and does not grow without end', () => {
    const a = waiting('a', midnight);
    const line = after(noContact('anna'), [undefined, a]);
    const later = waiting('b', '2026-11-27T00:00:00.000Z', { at: '2026-11-26T12:00:00.000Z' });
    expect(after(line, [undefined, later]).waiting).toHaveLength(1);
    const many = Array.from({ length: 80 }, (_, index) => waiting(`run-${index}`, midnight));
    const full = after(noContact('anna'), ...many.map((row) => [undefined, row] as const));
    expect(full.waiting).toHaveLength(50);
  });
});

describe('whatever becomes of messages', () => {
  it('a contact says what a recount of their rows says', () => {
    const aStep = fc.record({
      row: fc.nat(4),
      state: fc.constantFrom(...messageStates),
      reason: fc.constantFrom('frequency-cap', 'no-answer', 'cancelled', 'render-error'),
      day: fc.constantFrom(undefined, '2026-11-24', today, '2026-11-26'),
    });
    const property = fc.property(fc.array(aStep, { maxLength: 60 }), (steps) => {
      const rows: (Message | undefined)[] = [];
      let contact = noContact('anna');
      for (const { row: index, state, reason, day } of steps) {
        const before = rows[index];
        const base = before ?? aRow(`run-${index}`);
        if (base.state !== state && !canMove(base.state, state)) continue;
        const change = { state, reason, at, dueAt: at, countedOn: day };
        const next = changed(base, change);
        contact = after(contact, [before, next]);
        rows[index] = next;
      }
      const all = rows.filter((row) => row !== undefined);
      const days = all.flatMap((row) => row.countedOn ?? []);
      const counts = [...new Set(days)].map((day) => [
        day,
        { email: days.filter((one) => one === day).length },
      ]);
      expect(contact.sent).toEqual(Object.fromEntries(counts));
      const inLine = all.filter(
        (row) => row.state === 'deferred' && row.reason === 'frequency-cap',
      );
      expect(contact.waiting.map(({ message }) => message).sort()).toEqual(
        inLine.map(messageId).sort(),
      );
      expect(all.every((row) => row.countedOn === undefined || isCounted(row))).toBe(true);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
