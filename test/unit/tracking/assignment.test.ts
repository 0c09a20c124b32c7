import { describe, expect, it } from 'vitest';
import { assignInputs } from '../../../shared/domain/tracking/assignment.ts';
import type { Input } from '../../../shared/domain/tracking/input.ts';
import { anInput } from './an-input.ts';

function assign(inputs: readonly Partial<Input>[], owners: Readonly<Record<string, string>> = {}) {
  let made = 0;
  const known = {
    owners: new Map(Object.entries(owners)),
    people: new Map(Object.values(owners).map((id) => [id, { id, identifiers: {} }])),
    newId: () => `new-${(made += 1)}`,
  };
  return assignInputs(
    inputs.map((input, index) => anInput({ messageId: String(index), ...input })),
    known,
  ).map(({ person, isNew, inputs: assigned }) => ({
    person,
    isNew,
    messages: assigned.map(({ original }) => original.messageId).join(' '),
  }));
}

const at = (day: number): string => `2026-11-0${day}T00:00:00.000Z`;

describe('the inputs of a batch', () => {
  it('are put to people in order of time', () => {
    expect(
      assign([
        { occurredAt: at(3), identifiers: { email: 'anna@example.com' } },
        { occurredAt: at(2), identifiers: { email: 'bert@example.com' } },
        { occurredAt: at(1), identifiers: { email: 'anna@example.com' } },
      ]),
    ).toEqual([
      { person: 'new-1', isNew: true, messages: '2 0' },
      { person: 'new-2', isNew: true, messages: '1' },
    ]);
  });

  it('learn from each other who somebody is', () => {
    expect(
      assign(
        [
          { identifiers: { anonymousId: 'a-1' } },
          { identifiers: { anonymousId: 'a-1', externalId: 'c-1' } },
          { identifiers: { externalId: 'c-1', email: 'anna@example.com' } },
          { identifiers: { email: 'anna@example.com' } },
          { identifiers: { externalId: 'c-2', anonymousId: 'a-1' } },
        ],
        { 'anonymousId#a-1': 'anna' },
      ),
    ).toEqual([
      { person: 'anna', isNew: false, messages: '0 1 2 3' },
      { person: 'new-1', isNew: true, messages: '4' },
    ]);
  });
});

describe('consents in an input with an address of somebody else', () => {
  const consents = (['email', 'sms', 'call', 'whatsapp', 'push'] as const).flatMap((channel) =>
    [true, false].map((given) => ({ topic: String(given), channel, given })),
  );
  const said = (identifiers: Input['identifiers']) => {
    const owners = { 'externalId#c-1': 'anna', 'email#bert@x.lv': 'bert', 'phone#+371': 'carl' };
    const known = {
      owners: new Map(Object.entries(owners)),
      people: new Map(Object.values(owners).map((id) => [id, { id, identifiers: {} }])),
      newId: () => 'new',
    };
    const input = anInput({ kind: 'lead', identifiers, attributes: { city: 'Riga' }, consents });
    return Object.fromEntries(
      assignInputs([input], known).map(({ person, inputs }) => [
        person,
        inputs
          .flatMap(({ input: own }) => own.consents)
          .map((one) => `${one.channel} ${one.given}`),
      ]),
    );
  };
  const all = consents.map(({ channel, given }) => `${channel} ${given}`);

  it('count in full where every address is the own one, or nobody has it yet', () => {
    expect(said({ externalId: 'c-1', email: 'new@x.lv' })).toEqual({ anna: all });
    expect(said({ email: 'bert@x.lv' })).toEqual({ bert: all });
  });

  it('are no permission for the person, and as withdrawals reach the owner too', () => {
    expect(said({ externalId: 'c-1', email: 'bert@x.lv' })).toEqual({
      anna: all.filter((one) => one !== 'email true'),
      bert: ['email false'],
    });
    expect(said({ externalId: 'c-1', email: 'bert@x.lv', phone: '+371' })).toEqual({
      anna: all.filter((one) => one.endsWith('false') || one.startsWith('push')),
      bert: ['email false'],
      carl: ['sms false', 'call false', 'whatsapp false'],
    });
  });
});
