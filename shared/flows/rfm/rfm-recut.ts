import { nightlyRecut } from '../../domain/segments/rfm-recut.ts';
import { proposed, type RulesChange } from '../../domain/segments/rules-change.ts';
import type { RulesetSource } from '../../domain/segments/ruleset.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import type { Ports } from '../../ports/ports.ts';
import { Throttled } from '../../ports/table.ts';
import { passPut } from '../../stores/segment-passes.ts';
import { loadRules, rulesChangeWrites } from '../../stores/segments.ts';
import { changeRules, startPass } from '../segments/change-rules.ts';

/**
 * At the company's midnight: the borders that the last pass sketched come into force, and a pass moves
 * those whom that changes while it sketches the next. Asked again on the same day it does nothing.
 */
export async function recutNightly(ports: Ports): Promise<void> {
  const { table, clock, settings } = ports;
  const at = { now: isoInstant(clock.now()), companyTimeZone: settings.timeZone };
  if (nightlyRecut(await loadRules(table), at) === undefined) return;
  await changeRules(
    // Whoever was faster has recut already.
    (source, on) => nightlyRecut(source, on) ?? proposed(source, {}, { at: on, pass: false }),
    ports,
  );
}

/**
 * A pass has found the first borders: with them another begins in its place, and nothing serves until
 * that is done. A crash after the write is mended by the tick, as with any pass.
 */
export async function passAgain(
  source: RulesetSource,
  { change, people }: { readonly change: RulesChange; readonly people: number },
  ports: Ports,
): Promise<void> {
  const startsAt = ports.clock.now() + ports.settings.rulesSettleSeconds * 1000;
  const pass = passPut(change.revision, { startsAt, expected: people });
  const result = await ports.table.transact([...rulesChangeWrites(source, change), pass]);
  if (result.kind === 'contended')
    throw new Throttled('The rules changed at the same moment: they are cut at the next try.');
  if (result.kind === 'written')
    await startPass({ pass: change.revision, stage: 'applying' }, ports);
}
