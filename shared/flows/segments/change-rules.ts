import type { ChangeContext, Definition } from '../../domain/segments/rules-change.ts';
import type { RulesetSource } from '../../domain/segments/ruleset.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import { nextMidnight } from '../../domain/time/midnight.ts';
import type { Ports } from '../../ports/ports.ts';
import { Problem, unprocessable } from '../../runtime/problem.ts';
import { firstNightPut } from '../../stores/nights.ts';
import { type PassWork, passParts, passPut } from '../../stores/segment-passes.ts';
import { loadRules, rulesChangeWrites } from '../../stores/segments.ts';

const maxAttempts = 5;

/**
 * Changes the rules: definitions, head of the rules and the pass over everybody are one transaction,
 * then the pass is started. A crash in between is mended by the tick.
 */
export async function changeRules(
  define: (source: RulesetSource, at: ChangeContext) => Definition,
  { table, queue, clock, settings }: Ports,
): Promise<void> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const source = await loadRules(table);
    const now = clock.now();
    const { timeZone: companyTimeZone, timelineDays } = settings;
    const at = { now: isoInstant(now), companyTimeZone, timelineDays };
    const definition = define(source, at);
    if (!definition.ok) throw unprocessable(definition.issues);
    const { change, pass } = definition;
    const startsAt = now + settings.rulesSettleSeconds * 1000;
    const writes = [
      ...rulesChangeWrites(source, change),
      ...(pass ? [passPut(change.revision, { startsAt, expected: source.lastPass?.people })] : []),
      ...(source.revision === 0 ? [firstNightPut(nextMidnight(now, settings.timeZone))] : []),
    ];
    const result = await table.transact(writes);
    if (result.kind !== 'written') continue;
    if (pass) await startPass({ pass: change.revision, stage: 'applying' }, { queue, settings });
    return;
  }
  throw new Problem(409, 'Others are changing the rules at this moment: try again.');
}

/** Hands out a stage of a pass that has been written, all its parts. */
export async function startPass(
  work: PassWork,
  { queue, settings }: Pick<Ports, 'queue' | 'settings'>,
): Promise<void> {
  const parts = Array.from({ length: passParts }, (_, part) => ({
    body: { ...work, part },
    // No worker may still decide by older rules while the pass goes over people.
    delaySeconds: settings.rulesSettleSeconds,
  }));
  await queue.send('segment-passes', parts);
}
