import { describe } from 'vitest';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { createHostility } from '../../shared/adapters/embedded/hostility.ts';
import { EmbeddedTable } from '../../shared/adapters/embedded/table.ts';
import type { Table } from '../../shared/ports/table.ts';
import { describeLimits } from './table-limits-suite.ts';
import { describeModel } from './table-model-suite.ts';
import { describePages } from './table-pages-suite.ts';
import { describeItems } from './table-suite.ts';

const clock = new VirtualClock(Date.parse('2026-11-21T12:00:00Z'));

const describeTable = (open: () => Table, modelRuns: number): void => {
  describeItems(open);
  describePages(open);
  describeLimits(open);
  describeModel(open, modelRuns);
};

describe('the embedded tables', () => {
  const table = new EmbeddedTable({ database: openDatabase(':memory:'), clock });
  describeTable(() => table, 200);
});

describe.each([1, 2, 3])('the embedded tables on a bad day (%i)', (seed) => {
  const database = openDatabase(':memory:');
  const table = new EmbeddedTable({ database, clock, hostility: createHostility(seed) });
  describeTable(() => table, 100);
});
