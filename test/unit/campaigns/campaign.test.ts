import { describe, expect, it } from 'vitest';
import { campaignSchema, messageLoop } from '../../../shared/domain/campaigns/campaign.ts';
import { listenedName } from '../../../shared/domain/campaigns/schedule.ts';
import { problemErrors } from '../../../shared/runtime/problem.ts';
import { aDefinition, aDefinitionInput } from './a-campaign.ts';

const pathsOf = (changes: Readonly<Record<string, unknown>>): readonly string[] => {
  const parsed = campaignSchema.safeParse(aDefinitionInput(changes));
  return parsed.success ? [] : problemErrors(parsed.error.issues).map(({ path }) => path);
};

const on = (words: Readonly<Record<string, unknown>>) => ({
  schedule: { on: 'Order Completed', ...words },
});

const transactional = { ...on({}), kind: 'transactional', audience: undefined };
const toWebhook = { message: { channel: 'webhook', template: 'order', endpoint: 'till' } };

describe('a campaign', () => {
  it.each([
    ['at a wall-clock time', {}],
    ['to the second', { schedule: { at: '2027-03-08T10:00:30', timeZone: 'Europe/Riga' } }],
    ['at recipients’ own time', { schedule: { at: '2027-03-08T10:00', timeZone: 'recipient' } }],
    ['by cron', { schedule: { cron: '0 9 ? * MON *', timeZone: 'recipient' } }],
    ['for everyone an event is about', { ...on({}), audience: undefined }],
    ['for everyone but some', { ...on({}), audience: { exclude: ['vip'] } }],
    ['with a delay', on({ delay: 'PT2H', repeat: 'restart', cooldown: 'P1D' })],
    ['unless', on({ delay: 'PT2H', unless: { did: 'Order Completed', since: 'trigger' } })],
    [
      'after a message of another',
      on({ on: 'message.clicked', where: [{ property: 'campaign', equals: 'april' }] }),
    ],
    ['transactional', { ...transactional, topic: undefined }],
    ['to a webhook', toWebhook],
    ['with a goal', { goal: { event: 'Order Completed', within: 'P14D', value: 'total' } }],
    ['with everything else', { deadline: 'P1D', holdout: 0.1, priority: 10 }],
  ])('is accepted %s', (_, changes) => {
    expect(pathsOf(changes)).toEqual([]);
  });

  it.each([
    ['without a topic', { topic: undefined }, ['topic']],
    ['without a segment', { audience: undefined }, ['audience.include']],
    ['of nobody', { audience: { include: [] } }, ['audience.include']],
    ['with a schedule that says nothing', { schedule: {} }, ['schedule']],
    [
      'with two schedules',
      { schedule: { at: '2027-03-08T10:00', cron: '0 9 * * ? *' } },
      ['schedule.cron'],
    ],
    ['at an instant', { schedule: { at: '2027-03-08T10:00Z' } }, ['schedule.at']],
    ['at a day that is none', { schedule: { at: '2027-02-30T10:00' } }, ['schedule.at']],
    ['at a mere day', { schedule: { at: '2027-03-08' } }, ['schedule.at']],
    [
      'in no zone',
      { schedule: { at: '2027-03-08T10:00', timeZone: 'Mars/Base' } },
      ['schedule.timeZone'],
    ],
    [
      'at a time with a delay',
      { schedule: { at: '2027-03-08T10:00', delay: 'PT2H' } },
      ['schedule.delay'],
    ],
    ['by an event in a zone', on({ timeZone: 'Europe/Riga' }), ['schedule.timeZone']],
    ['restarting no delay', on({ repeat: 'restart' }), ['schedule.repeat']],
    ['with a delay that is none', on({ delay: '2 hours' }), ['schedule.delay']],
    [
      'with a word unknown in where',
      on({ where: [{ property: 'total', moreThan: 5 }] }),
      ['schedule.where[0].moreThan', 'schedule.where[0].property'],
    ],
    [
      'with a where that asks nothing',
      on({ where: [{ property: 'total' }] }),
      ['schedule.where[0].property'],
    ],
    ['with an unknown word in unless', on({ unless: { done: 'x' } }), ['schedule.unless.done']],
    ['after just any message', on({ on: 'message.opened' }), ['schedule.where']],
    [
      'after messages of all but one',
      on({ on: 'message.opened', where: [{ property: 'campaign', notEquals: 'a' }] }),
      ['schedule.where'],
    ],
    ['with unbuilt variants', { variants: [] }, ['variants']],
    ['with an unknown resend', { resend: 'always' }, ['resend']],
    ['with a misspelt schedule', on({ repaet: 'once' }), ['schedule.repaet']],
    ['held out whole', { holdout: 1 }, ['holdout']],
    ['above all priorities', { priority: 11 }, ['priority']],
    ['with quiet hours all day', { quietHours: { from: '21:00', to: '21:00' } }, ['quietHours.to']],
    ['by pigeon', { message: { channel: 'pigeon', template: 'x' } }, ['message.channel']],
    ['transactional to a segment', { kind: 'transactional' }, ['audience', 'schedule']],
    [
      'with a goal nobody tracks',
      { goal: { event: 'lead.captured', within: 'P1D' } },
      ['goal.event'],
    ],
    ['with a goal for ever', { goal: { event: 'Order Completed' } }, ['goal.within']],
    [
      'transactional with words of marketing',
      { ...transactional, holdout: 0.1, overCap: 'defer', deadline: 'P1D' },
      ['holdout', 'overCap'],
    ],
    [
      'to a webhook with words of people',
      { ...toWebhook, overCap: 'defer', deadline: 'P1D', resend: 'afterUnknown' },
      ['overCap', 'resend'],
    ],
  ])('is refused %s, by its path', (_, changes, paths) => {
    expect(pathsOf(changes)).toEqual(paths);
  });

  it('is stored as it reads back', () => {
    const definition = aDefinition(on({ delay: 'PT2H' }));
    expect(campaignSchema.parse(definition)).toEqual(definition);
    expect(definition).toMatchObject({ kind: 'marketing', priority: 5 });
    expect(definition.schedule).toEqual({ on: 'Order Completed', delay: 'PT2H', repeat: 'each' });
  });
});

describe('messages that start messages', () => {
  const after = (campaign: string) =>
    aDefinition(on({ on: 'message.clicked', where: [{ property: 'campaign', equals: campaign }] }));

  it('may form a chain', () => {
    const others = new Map([
      ['b', after('c')],
      ['c', aDefinition()],
    ]);
    expect(messageLoop('a', after('b'), others)).toBeUndefined();
  });

  it('never form a loop, however long', () => {
    expect(messageLoop('a', after('a'), new Map())).toEqual(['a']);
    const others = new Map([
      ['b', after('c')],
      ['c', after('a')],
    ]);
    expect(messageLoop('a', after('b'), others)).toEqual(['a', 'b', 'c']);
  });

  it('are told of a loop only when they are in it', () => {
    const others = new Map([
      ['b', after('c')],
      ['c', after('b')],
    ]);
    expect(messageLoop('a', after('b'), others)).toBeUndefined();
  });
});

describe('what a campaign listens to', () => {
  it.each([
    ['a tracked event by its own name', 'event', { name: 'Order Completed' }, 'Order Completed'],
    ['a lead', 'lead.captured', {}, 'lead.captured'],
    ['nothing for a tracked event in disguise', 'event', { name: 'segment.entered' }, undefined],
    ['nothing for types that start nothing', 'message.bounced', {}, undefined],
  ])('is %s', (_, type, data, name) => {
    expect(listenedName({ type, data })).toBe(name);
  });
});
