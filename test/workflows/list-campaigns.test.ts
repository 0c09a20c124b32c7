import { describe, expect, it } from 'vitest';
import { modes, settled } from '../support/modes.ts';
import { aTown } from '../support/town.ts';

describe.each(modes)('a campaign on a static list, hostile %s', (hostile) => {
  it('greets whom an upload puts into it, once, and names what is not there', async () => {
    await using town = await aTown(hostile);
    await town.done('PUT', '/admin/lists/guests', { name: 'Guests' });
    const on = (where: unknown, event = 'list.joined') => ({
      schedule: { on: event, where: [where] },
    });
    await town.campaign('hello', on({ property: 'list', equals: 'guests' }));
    await town.launch('hello');
    await settled(town.world, hostile);
    const identifiers = [{ externalId: 'anna' }];
    await town.done('POST', '/admin/lists/guests/members', { identifiers });
    await settled(town.world, hostile);
    await town.done('POST', '/admin/lists/guests/members', { identifiers });
    await settled(town.world, hostile);
    expect(town.inbox()).toEqual({ anna: 1 });

    const used = await town.refused('DELETE', '/admin/lists/guests');
    expect([used.status, used.detail]).toEqual([409, expect.stringContaining('campaign "hello"')]);
    const launched = () => town.refused('POST', '/admin/campaigns/wrong/launch');
    const wrong = [
      [{ property: 'list', equals: 'gusets' }, 'list.joined', 'schedule.where[0].equals'],
      [{ property: 'list', oneOf: ['guests', 'x'] }, 'list.left', 'schedule.where[0].oneOf[1]'],
      [{ property: 'segment', equals: 'vpi' }, 'segment.entered', 'schedule.where[0].equals'],
      [{ property: 'topic', equals: 'offers' }, 'consent.withdrawn', 'schedule.on'],
    ] as const;
    for (const [where, event, path] of wrong) {
      const message = { channel: 'email', template: 'hello' };
      const body = { name: 'Wrong', topic: 'offers', message, ...on(where, event) };
      const saved = await town.refused('PUT', '/admin/campaigns/wrong', body);
      const refusal = saved.status === 200 ? await launched() : saved;
      expect([refusal.status, refusal.errors?.map((error) => error.path)]).toEqual([422, [path]]);
    }
  });
});
