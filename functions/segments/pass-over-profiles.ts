import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { Profile } from '../../shared/domain/profiles/profile.ts';
import { settleRules } from '../../shared/domain/segments/rules-change.ts';
import type { Ruleset } from '../../shared/domain/segments/ruleset.ts';
import { isSettled } from '../../shared/domain/segments/settled.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { settlePerson } from '../../shared/flows/segments/person-record.ts';
import { slotMessageSchema } from '../../shared/flows/time/slot-message.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { logger } from '../../shared/runtime/observability.ts';
import { inParallel } from '../../shared/runtime/parallel.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { releaseLease, takeLease } from '../../shared/stores/leases.ts';
import { getProfile, scanProfiles } from '../../shared/stores/profiles.ts';
import {
  getPass,
  getPassParts,
  passDone,
  passParts,
  savePassPart,
  watchPass,
} from '../../shared/stores/segment-passes.ts';
import { currentRuleset, loadRules, rulesChangeWrites } from '../../shared/stores/segments.ts';

const pagePeople = 200;
const parallelPeople = 16;
/** A worker stops this long before its timeout and hands the rest of its part on. */
const reserveMs = 15_000;

const partMessageSchema = z.strictObject({ pass: z.number(), part: z.number() });

/**
 * A changed definition goes over everybody, in parallel parts: each person is asked by the rules that
 * serve and by those that come, and written only when that changes something. When the last part is
 * done, the new rules serve. A part that dies goes on where it stood.
 */
export const handler = queueFunction(
  z.union([partMessageSchema, slotMessageSchema]),
  async (messages, ports, context) => {
    for (const { id, body } of messages) {
      if ('slot' in body) await reviveFor(body.slot, ports, context);
      else await workOnPart({ ...body, owner: id }, ports, context);
    }
    return [];
  },
);

/** While this looks, and when it has looked, the tick need not send for it. */
async function reviveFor(slot: string, ports: Ports, context: Context): Promise<void> {
  const seconds = Math.ceil(context.getRemainingTimeInMillis() / 1000);
  const lease = await takeLease(ports.table, slot, { now: ports.clock.now(), seconds });
  if (lease === undefined) return;
  try {
    await revive(ports);
  } finally {
    await releaseLease(ports.table, lease);
  }
}

/** The tick found the pass still open: its parts are handed out again. */
async function revive({ table, queue, clock }: Ports): Promise<void> {
  const pass = await getPass(table);
  if (pass === undefined || pass.done) return;
  await watchPass(table, pass.revision, clock.now());
  const parts = await getPassParts(table, pass.revision);
  const open = parts.filter(({ done }) => !done);
  // With none open the last worker died before it could finish the pass: any part does that.
  const again = open.length > 0 ? open : parts.slice(0, 1);
  await queue.send(
    'segment-passes',
    again.map(({ part }) => ({ body: { pass: pass.revision, part } })),
  );
}

type PartWork = z.infer<typeof partMessageSchema> & { readonly owner: string };

async function workOnPart(
  { owner, ...message }: PartWork,
  ports: Ports,
  context: Context,
): Promise<void> {
  const { table, queue, clock } = ports;
  const name = `pass#${message.pass}#${message.part}`;
  const seconds = Math.ceil(context.getRemainingTimeInMillis() / 1000);
  const lease = await takeLease(table, name, { now: clock.now(), seconds, owner });
  if (lease === undefined) return;
  let outcome: Outcome;
  try {
    outcome = await goOver(message, ports, context);
  } finally {
    await releaseLease(table, lease);
  }
  if (outcome === 'done') await finish(message.pass, ports);
  // Only now: whoever takes the rest needs the lease.
  if (outcome === 'out-of-time') await queue.send('segment-passes', [{ body: message }]);
}

type Outcome = 'done' | 'overtaken' | 'out-of-time';

/** Goes over the people of a part, page by page, from where it stands. */
async function goOver(
  { pass, part }: z.infer<typeof partMessageSchema>,
  ports: Ports,
  context: Context,
): Promise<Outcome> {
  const { table, clock, settings } = ports;
  let progress = (await getPassParts(table, pass))[part];
  while (progress !== undefined && !progress.done) {
    const ruleset = await currentRuleset(table, settings.timeZone);
    if (ruleset.revision !== pass) return 'overtaken'; // a newer definition has its own pass
    if (context.getRemainingTimeInMillis() < reserveMs) return 'out-of-time';
    const { after, people } = progress;
    const scan = { segment: part, segments: passParts, after, limit: pagePeople };
    const page = await scanProfiles(table, scan);
    const now = clock.now();
    const changing = page.profiles.filter((profile) => !isSettled(profile, ruleset, now));
    await inParallel(changing, parallelPeople, (profile) => settle(profile, ruleset, ports));
    const done = page.after === null;
    progress = { part, after: page.after, people: people + page.profiles.length, done };
    await savePassPart(table, pass, { ...progress, now: clock.now() });
  }
  return 'done';
}

/** Asks until nobody comes in between: a person who is left out would be wrong for good. */
async function settle(found: Profile, ruleset: Ruleset, ports: Ports): Promise<void> {
  let profile: Profile | undefined = found;
  while (profile !== undefined) {
    if ((await settlePerson(profile, { ruleset, ports })) !== undefined) return;
    profile = await getProfile(ports.table, profile.id);
  }
}

/** When all parts are done, what was to come serves. */
async function finish(pass: number, { table, clock, settings }: Ports): Promise<void> {
  const parts = await getPassParts(table, pass);
  if (parts.some(({ done }) => !done)) return;
  const source = await loadRules(table);
  if (source.revision !== pass) return; // finished by another part, or overtaken by a newer definition
  const people = parts.reduce((sum, part) => sum + part.people, 0);
  const at = { now: isoInstant(clock.now()), companyTimeZone: settings.timeZone };
  const settled = settleRules(source, at, { people });
  const writes = [...rulesChangeWrites(source, settled), passDone(pass)];
  const result = await table.transact(writes);
  logger.info('pass-finished', {
    pass,
    result: result.kind,
    people,
  });
  if (result.kind === 'contended')
    throw new Error('The rules changed at the same moment: the pass is finished at the next try.');
}
