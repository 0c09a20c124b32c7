import { expect, it } from 'vitest';
import { compileRuleset } from '../../shared/domain/segments/ruleset.ts';
import { partsFor, scanPatiently } from '../../shared/flows/segments/parts-of-everybody.ts';
import { previewSize } from '../../shared/flows/segments/preview-size.ts';
import { type Item, type Scan, type Table, Throttled } from '../../shared/ports/table.ts';
import { loadRules } from '../../shared/stores/segments.ts';
import { aMultitude } from '../support/multitude.ts';
import { aWorld } from '../support/world.ts';

const rule = { attribute: 'city', equals: 'Riga' } as const;
const isOutOfTime = () => false;

const withScan = (table: Table, scan: Table['scan']): Table => ({
  get: (...of) => table.get(...of),
  batchGet: (...of) => table.batchGet(...of),
  query: (...of) => table.query(...of),
  due: (...of) => table.due(...of),
  write: (...of) => table.write(...of),
  transact: (...of) => table.transact(...of),
  scan,
});

const person = (id: string): Item => ({
  pk: id,
  version: 1,
  identifiers: {},
  attributes: { city: 'Riga' },
  consents: {},
  segments: [],
  createdAt: '2026-11-25T12:00:00.000Z',
  updatedAt: '2026-11-25T12:00:00.000Z',
});

/** More people than could be stored here, of whom so many fill a page of 1 MB. */
function crowded(people: number, ofPage: number): Table['scan'] {
  return async (_name, { segment, segments, after, limit = ofPage }: Scan) => {
    const from = after === null ? 0 : Number(after);
    const all = Math.round(people / segments);
    const to = Math.min(all, from + Math.min(limit, ofPage));
    const items = Array.from({ length: to - from }, (_, n) => person(`${segment}-${from + n}`));
    return { items, after: to < all ? String(to) : null };
  };
}

it('looks at few of many people, also when much is known of each', async () => {
  await using world = await aWorld();
  const ruleset = compileRuleset(await loadRules(world.ports.table), 'UTC');
  for (const ofPage of [1000, 450, 100]) {
    const table = withScan(world.ports.table, crowded(100_000_000, ofPage));
    const ports = { ...world.ports, table };
    const preview = await previewSize(rule, ruleset, {
      ports,
      limits: { people: 1000, isOutOfTime },
    });
    // As many parts at a time as are asked for, of about 500 people each.
    expect(preview.people).toBeLessThan(10_000);
    expect(preview.size / 100_000_000).toBeCloseTo(1, 1);
  }
});

it('reads few histories when there is time for few', async () => {
  await using world = await aWorld();
  const ruleset = compileRuleset(await loadRules(world.ports.table), 'UTC');
  for (const people of [100_000, 10_000_000]) {
    let histories = 0;
    const stored = withScan(world.ports.table, crowded(people, 1000));
    const query: Table['query'] = (...of) => {
      histories += 1;
      return stored.query(...of);
    };
    const preview = await previewSize({ did: 'Page Viewed' }, ruleset, {
      ports: { ...world.ports, table: { ...stored, query } },
      limits: { people: 1000, isOutOfTime: () => true },
    });
    expect(preview.exact).toBe(false);
    // Each may take a hundredth of a second and more of a processor.
    expect(histories).toBeGreaterThan(0);
    expect(histories).toBeLessThan(300);
  }
});

it('cuts a town into parts of about the people asked for, whoever lives there', async () => {
  for (const people of [1500, 6000]) {
    await using town = await aWorld();
    await aMultitude(town, people);
    for (const seed of Array.from({ length: 20 }, (_, n) => `rule ${n}`)) {
      const parts = await partsFor(50, scanPatiently(town.ports), seed);
      expect(people / parts).toBeGreaterThan(25);
      expect(people / parts).toBeLessThan(100);
    }
  }
});

it('asks again for what the tables turn away, and is exact all the same', async () => {
  await using world = await aWorld();
  await aMultitude(world, 300);
  const ruleset = compileRuleset(await loadRules(world.ports.table), 'UTC');
  let requests = 0;
  const table = withScan(world.ports.table, async (...of) => {
    requests += 1;
    if (requests % 3 === 0) throw new Throttled('Too many requests.');
    return world.ports.table.scan(...of);
  });
  const ports = { ...world.ports, table };
  const preview = await previewSize(rule, ruleset, {
    ports,
    limits: { people: 1000, isOutOfTime },
  });
  expect(preview).toMatchObject({ exact: true, size: 100, people: 300 });
});
