import type { Rule } from '../../domain/rules/rule.ts';
import { type Definition, defineSegment } from '../../domain/segments/definition.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import type { Ports } from '../../ports/ports.ts';
import { Problem, unprocessable } from '../../runtime/problem.ts';
import { passParts, passPut } from '../../stores/segment-passes.ts';
import { loadRules, rulesChangeWrites } from '../../stores/segments.ts';

const maxAttempts = 5;

/**
 * Defines a segment, or deletes it when it has no rule: definition, head of the rules and the pass over
 * everybody are one transaction, then the pass is started. A crash in between is mended by the tick.
 */
export async function changeSegment(
  wanted: { readonly id: string; readonly name: string; readonly rule: Rule | undefined },
  { table, queue, clock, settings }: Ports,
): Promise<void> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const source = await loadRules(table);
    const now = clock.now();
    const definition: Definition = defineSegment(source, wanted, {
      now: isoInstant(now),
      companyTimeZone: settings.timeZone,
    });
    if (!definition.ok) throw unprocessable(definition.issues);
    const { change, pass } = definition;
    const startsAt = now + settings.rulesSettleSeconds * 1000;
    const writes = [
      ...rulesChangeWrites(source, change),
      ...(pass ? [passPut(change.revision, startsAt)] : []),
    ];
    const result = await table.transact(writes);
    if (result.kind !== 'written') continue;
    if (pass) {
      const parts = Array.from({ length: passParts }, (_, part) => ({
        body: { pass: change.revision, part },
        // No worker may still decide by older rules while the pass goes over people.
        delaySeconds: settings.rulesSettleSeconds,
      }));
      await queue.send('segment-passes', parts);
    }
    return;
  }
  throw new Problem(409, 'Others are changing segments at this moment: try again.');
}
