import { expect, it } from 'vitest';
import * as z from 'zod';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { createHostility } from '../../shared/adapters/embedded/hostility.ts';
import { addEvent, encodeLedger } from '../../shared/domain/rules/ledger/ledger.ts';
import { matchEvent } from '../../shared/domain/rules/ledger/metric.ts';
import { rfmSpec } from '../../shared/domain/rules/rfm/rfm.ts';
import { findMetric } from '../../shared/domain/segments/metric-registry.ts';
import { newProfile, profileWrites } from '../../shared/stores/profiles.ts';
import { currentRuleset } from '../../shared/stores/segments.ts';
import { dying } from '../support/dying-table.ts';
import { modes } from '../support/modes.ts';
import { aSite, built } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const people = 2500;

const rfmSchema = z.object({
  customers: z.number(),
  state: z.string(),
  cuts: z.object({ frequency: z.array(z.number()), monetary: z.array(z.number()) }),
  grid: z.array(z.object({ count: z.number(), money: z.object({ XXX: z.number() }) })),
});

it.each(modes)(
  'counts every customer once, though its workers are killed at any point, hostile %s',
  async (hostile) => {
    const dice = createHostility(hostile ?? 1);
    let killing = false;
    let killed = 0;
    const around: AroundPorts = (row, ports) =>
      row.file === 'functions/segments/pass-over-profiles.ts'
        ? {
            ...ports,
            table: dying(ports.table, () => killing && dice.chance(0.06) && (killed += 1) > 0),
          }
        : ports;
    await using world = await aWorld({ hostile, around });
    const site = await aSite(world);
    await site.admin('PUT', '/admin/rfm', {});
    await built(world);
    // Number n has ordered once to five times, for 0.01 to 25 euros each; every tenth never.
    const { registry } = await currentRuleset(world.ports.table, 'UTC');
    const spec = rfmSpec({ event: 'Order Completed', value: 'total' });
    const metricId = findMetric(registry, spec)?.id ?? 0;
    let cents = 0;
    for (let n = 1; n <= people; n += 1) {
      const blank = newProfile(`p-${String(n).padStart(6, '0')}`, world.clock.now());
      const ledger = { metrics: new Map() };
      const orders = n % 10 === 0 ? 0 : 1 + (n % 5);
      for (let order = 0; order < orders; order += 1) {
        const match = matchEvent(spec, { total: n / 100 });
        if (match === undefined) throw new Error('Every order matches.');
        addEvent(ledger, metricId, spec, world.clock.now() - n * 3_600_000, match);
      }
      cents += orders * n;
      const after = { ...blank, version: 1, ledger: encodeLedger(ledger) };
      for (const write of profileWrites(blank, after)) {
        while ((await world.ports.table.write(write)).kind === 'contended');
      }
    }
    killing = true;
    await site.segment('busy', { rfm: { frequency: { equals: 5 } } });
    await built(world);
    killing = false;
    expect(killed).toBeGreaterThan(5);
    const rfm = rfmSchema.parse((await site.admin('GET', '/admin/rfm')).json());
    expect([rfm.state, rfm.customers]).toEqual(['ready', (people * 9) / 10]);
    expect(rfm.grid.reduce((sum, { count }) => sum + count, 0)).toBe((people * 9) / 10);
    const counted = rfm.grid.reduce((sum, { money }) => sum + Math.round(money.XXX * 100), 0);
    expect(counted).toBe(cents);
  },
  60_000,
);
