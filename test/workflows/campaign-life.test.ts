import { describe, expect, it } from 'vitest';
import type { Item, Table, Write } from '../../shared/ports/table.ts';
import { aCity, all, audience, held, march, people } from '../support/city.ts';
import { modes, settled } from '../support/modes.ts';

/** A table that does something when a write is about to be made, and what that answers afterwards. */
const before = (
  table: Table,
  look: (items: readonly Item[]) => Promise<(() => void) | undefined>,
): Table => {
  const itemsOf = (writes: readonly unknown[]): Item[] =>
    (writes as readonly Write[]).flatMap((write) => (write.kind === 'put' ? [write.item] : []));
  return {
    get: (...of) => table.get(...of),
    batchGet: (...of) => table.batchGet(...of),
    query: (...of) => table.query(...of),
    scan: (...of) => table.scan(...of),
    due: (...of) => table.due(...of),
    write: async (...of) => {
      const after = await look(itemsOf([of[0]]));
      return table.write(...of).finally(after);
    },
    transact: async (...of) => {
      const after = await look(itemsOf(of[0]));
      return table.transact(...of).finally(after);
    },
  };
};

/** A door that stops who comes first, until it is opened. */
function aDoor() {
  let open = (): void => undefined;
  let arrive = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  let isFirst = true;
  return {
    pass: async (): Promise<void> => {
      if (!isFirst) return;
      isFirst = false;
      arrive();
      await opened;
    },
    arrived,
    open: () => open(),
  };
}

const isRun = ({ pk }: Item): boolean => pk.startsWith('runs#');
const isCampaign = ({ pk }: Item): boolean => pk === 'campaign';

const admin = 'functions/http/admin.ts';

// Each seed costs as much as all of the calm: one is what the time allows.
describe.each(modes.slice(0, 2))('a campaign that is changed on its way, hostile %s', (hostile) => {
  it('follows the last of two marketers, however late the first one’s change arrives', async () => {
    const door = aDoor();
    await using city = await aCity(hostile, (row, ports) =>
      row.file !== admin
        ? ports
        : {
            ...ports,
            table: before(ports.table, async (items) => {
              const pauses = items.some((item) => isRun(item) && item['state'] === 'paused');
              if (pauses) await door.pass();
              return undefined;
            }),
          },
    );
    await city.campaign('march', held);
    await city.launch('march');
    await city.world.advance('PT2H');
    await settled(city.world, hostile);
    const pausing = city.post('march', 'pause', 'mia');
    await door.arrived;
    await city.post('march', 'resume', 'noah');
    door.open();
    await pausing;
    await city.world.advance('PT8H');
    await settled(city.world, hostile);
    expect(city.inbox()).toEqual(all);
    expect((await city.runs('march')).map(({ state }) => state)).toEqual(['completed']);
    expect(await city.state('march')).toBe('completed');
  });

  it('goes out when it is launched again while its cancelling is still under way', async () => {
    const door = aDoor();
    await using city = await aCity(hostile, (row, ports) =>
      row.file !== admin
        ? ports
        : {
            ...ports,
            schedules: {
              ...ports.schedules,
              putSchedule: (schedule) => ports.schedules.putSchedule(schedule),
              putListener: (listener) => ports.schedules.putListener(listener),
              deleteListener: (name) => ports.schedules.deleteListener(name),
              deleteSchedule: async (name) => {
                await door.pass();
                await ports.schedules.deleteSchedule(name);
              },
            },
          },
    );
    const daily = { audience, schedule: { cron: '0 9 * * ? *' } };
    await city.campaign('daily', daily);
    await city.launch('daily');
    const cancelling = city.post('daily', 'cancel', 'mia');
    await door.arrived;
    await city.campaign('daily', { ...daily, priority: 6 });
    await city.post('daily', 'launch', 'noah');
    door.open();
    await cancelling;
    await city.world.advance('P1D');
    await settled(city.world, hostile);
    expect(city.inbox()).toEqual(all);
  });

  it('that is paused just as it would be completed is completed after its resume', async () => {
    const door = aDoor();
    let pausing: Promise<unknown> | undefined;
    await using city = await aCity(hostile, (row, ports) => {
      const isAdmin = row.file === admin;
      if (row.file !== 'functions/campaigns/run-campaign.ts' && !isAdmin) return ports;
      const table = before(ports.table, async (items) => {
        const [run] = items.filter(isRun);
        if (isAdmin) {
          if (run?.['state'] === 'paused') await door.pass();
          return undefined;
        }
        // The pause stands on the campaign, and goes on to the run once that was to be completed.
        if (pausing !== undefined) return run === undefined ? undefined : door.open;
        const completes = items.some((one) => isCampaign(one) && one['state'] === 'completed');
        if (!completes) return undefined;
        pausing = city.post('march', 'pause');
        await door.arrived;
        return undefined;
      });
      return { ...ports, table };
    });
    await city.campaign('march', march);
    await city.launch('march');
    await city.world.advance('PT3H');
    await settled(city.world, hostile);
    expect(pausing).toBeDefined();
    await pausing;
    expect(await city.state('march')).toBe('paused');
    await city.act('march', 'resume');
    await city.world.advance('PT3H');
    await settled(city.world, hostile);
    expect(await city.state('march')).toBe('completed');
    expect(city.inbox()).toEqual(all);
  });

  it.each([
    ['pause', ['resume'], 'completed'],
    ['cancel', [], 'cancelled'],
  ] as const)(
    'meets everybody once although a %s comes between the parts of its audience',
    async (action, then, state) => {
      let parts = 0;
      let isOn = false;
      await using city = await aCity(hostile, (row, ports) =>
        row.file !== 'functions/campaigns/expand-audience.ts'
          ? ports
          : {
              ...ports,
              table: before(ports.table, async (items) => {
                const isPart = items.some(({ pk }) => pk.startsWith('parts#'));
                if (isOn && isPart && (parts += 1) === 6) await city.post('march', action);
                return undefined;
              }),
            },
      );
      await city.campaign('march', march);
      await city.launch('march');
      isOn = true;
      await city.world.advance('PT2H');
      await settled(city.world, hostile);
      expect(parts).toBeGreaterThanOrEqual(6);
      for (const next of then) await city.act('march', next);
      await city.world.advance('PT2H');
      await settled(city.world, hostile);
      await city.allDone('march', state);
    },
  );

  it.each([
    ['pause', ['resume'], 'completed'],
    ['cancel', [], 'cancelled'],
    ['pause', ['cancel'], 'cancelled'],
    ['pause', ['resume', 'resume', 'pause', 'resume'], 'completed'],
  ] as const)(
    'sends nobody two when a %s comes during a call, and then %j',
    async (action, then, state) => {
      let act: (() => Promise<unknown>) | undefined;
      await using city = await aCity(hostile, (row, ports) =>
        row.file !== 'functions/messaging/send-emails.ts'
          ? ports
          : {
              ...ports,
              email: {
                ...ports.email,
                batchSize: 3,
                send: async (emails) => {
                  const answers = await ports.email.send(emails);
                  const first = act;
                  act = undefined;
                  await first?.();
                  return answers;
                },
              },
            },
      );
      act = () => city.post('march', action);
      await city.campaign('march', march);
      await city.launch('march');
      await city.world.advance('PT1H5M');
      const sent = Object.keys(city.inbox()).length;
      expect(sent).toBeGreaterThan(0);
      for (const next of then) await city.act('march', next);
      await city.world.advance('PT6H');
      await settled(city.world, hostile);
      await city.allDone('march', state);
    },
  );

  it('sends everybody one message whatever several marketers do at once', async () => {
    await using city = await aCity(hostile);
    await city.campaign('march', held);
    await city.launch('march');
    await city.world.advance('PT1H1M');
    for (let round = 0; round < 6; round += 1) {
      await Promise.all([
        city.post('march', 'pause', 'mia'),
        city.post('march', 'resume', 'noah'),
        city.post('march', 'pause', 'olga'),
        city.post('march', 'resume', 'pete'),
      ]);
      await city.world.advance('PT20S');
    }
    await city.act('march', 'resume');
    await city.world.advance('PT9H');
    await settled(city.world, hostile);
    await city.allDone('march', 'completed');
    expect(city.inbox()).toEqual(all);
  });

  it('refuses edits while anything of it can be sent, and says what to do', async () => {
    await using city = await aCity(hostile);
    await city.campaign('march', held);
    await city.launch('march');
    const edit = async () => {
      const body = {
        name: 'March',
        topic: 'offers',
        message: { channel: 'email', template: 'hello' },
      };
      return city.refused('PUT', '/admin/campaigns/march', { ...body, ...march });
    };
    expect(await edit()).toMatchObject({
      status: 409,
      detail: expect.stringContaining('cancel it first'),
    });
    await city.world.advance('PT2H');
    expect(await edit()).toMatchObject({ status: 409 });
    await city.act('march', 'pause');
    expect(await edit()).toMatchObject({ status: 409 });
    await city.act('march', 'cancel');
    const ended = { status: 409, detail: expect.stringContaining('It has ended') };
    expect(await city.refused('POST', '/admin/campaigns/march/resume')).toMatchObject(ended);
    await city.world.advance('P1D');
    await settled(city.world, hostile);
    expect(city.inbox()).toEqual({});
    expect(await city.report('march')).toMatchObject({ reasons: { cancelled: people.length } });
    await city.allDone('march', 'cancelled');
  });

  it('sends the templates as they were at its launch, in later runs and for later events too', async () => {
    await using city = await aCity(hostile);
    await city.campaign('daily', { audience, schedule: { cron: '0 9 * * ? *' } });
    await city.campaign('cart', { schedule: { on: 'Product Added', delay: 'PT1H' } });
    await city.launch('daily');
    await city.launch('cart');
    await city.template('hello', { subject: 'Hello', html: '<p>second</p>', text: 'second' });
    await city.track('p1', 'Product Added');
    await city.world.advance('P2D');
    await settled(city.world, hostile);
    const texts = city.world.outbox().map(({ text }) => (text.includes('first') ? 'first' : text));
    expect(texts).toEqual(Array.from({ length: 2 * people.length + 1 }, () => 'first'));
    await city.act('daily', 'cancel');
    await city.campaign('daily', { audience, schedule: { cron: '0 9 * * ? *' } });
    await city.launch('daily');
    await city.world.advance('P1D');
    await settled(city.world, hostile);
    const later = city.world.outbox().slice(texts.length);
    expect(later).toHaveLength(people.length);
    expect(later.every(({ text }) => text.includes('second'))).toBe(true);
  });
});
