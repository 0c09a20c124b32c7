import { describe, expect, it } from 'vitest';
import { type Break, Breaker } from '../support/breaking-ports.ts';
import { aCity, all, held } from '../support/city.ts';

const admin = 'functions/http/admin.ts';

const stumbles: readonly Omit<Break, 'at'>[] = [
  { when: 'before', how: 'stumble' },
  { when: 'after', how: 'stumble' },
];

/** What marketers do, each broken off at every call in turn; nobody repeats it. */
const changes = [
  ['pause', 'running', ['resume']],
  ['resume', 'paused', []],
  ['cancel', 'running', []],
] as const;

describe.each(changes)('a %s that is cut off', (action, from, then) => {
  it.each(stumbles)('at any call, $when it, is brought to its end by the tick', async (how) => {
    for (let at = 1, hasBroken = true; hasBroken; at += at < 6 ? 1 : 3) {
      const breaker = new Breaker({ at, ...how });
      let isDangerous = false;
      await using city = await aCity(undefined, (row, ports) => {
        if (row.file !== admin) return ports;
        const broken = breaker.around(ports);
        const table = new Proxy(ports.table, {
          get: (calm, name) => Reflect.get(isDangerous ? broken.table : calm, name),
        });
        const queue = {
          send: (...of: Parameters<typeof ports.queue.send>) =>
            (isDangerous ? broken : ports).queue.send(...of),
        };
        return { ...ports, table, queue };
      });
      await city.campaign('march', held);
      await city.launch('march');
      await city.world.advance('PT1H5M');
      if (from === 'paused') await city.act('march', 'pause');
      isDangerous = true;
      await city.world.request('POST', `/admin/campaigns/march/${action}`, { admin: true });
      isDangerous = false;
      ({ hasBroken } = breaker);
      await city.world.advance('PT5M');
      // What had no effect was never asked for: then it is asked for now.
      const isDone = (await city.state('march')) !== from;
      if (!isDone) await city.act('march', action);
      for (const next of then) await city.act('march', next);
      await city.world.advance('PT9H');
      const end = action === 'cancel' ? {} : all;
      expect([at, city.inbox()]).toEqual([at, end]);
      await city.allDone('march', action === 'cancel' ? 'cancelled' : 'completed');
    }
  });
});
