import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { cutsOf, wholeTally } from '../../shared/domain/rules/rfm/rfm-tally.ts';
import { withCustomers } from '../../shared/domain/segments/rfm-people.ts';
import { firstCuts } from '../../shared/domain/segments/rfm-recut.ts';
import { settleRules } from '../../shared/domain/segments/rules-change.ts';
import type { Ruleset } from '../../shared/domain/segments/ruleset.ts';
import { tellsOfEdit } from '../../shared/domain/segments/segment.ts';
import { isSettled } from '../../shared/domain/segments/settled.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { passAgain } from '../../shared/flows/rfm/rfm-recut.ts';
import { announcePage } from '../../shared/flows/segments/announcement.ts';
import { startPass } from '../../shared/flows/segments/change-rules.ts';
import { settlePeople } from '../../shared/flows/segments/settle-people.ts';
import { slotMessageSchema } from '../../shared/flows/time/slot-message.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { Throttled } from '../../shared/ports/table.ts';
import { logger } from '../../shared/runtime/observability.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { whenFree } from '../../shared/runtime/when-free.ts';
import { releaseLease, takeLease } from '../../shared/stores/leases.ts';
import { scanProfiles } from '../../shared/stores/profiles.ts';
import { rfmMapPut } from '../../shared/stores/rfm-map.ts';
import {
  getPass,
  getPassParts,
  type PassPart,
  type PassWork,
  passAnnounces,
  passDone,
  passParts,
  savePassPart,
  watchPass,
} from '../../shared/stores/segment-passes.ts';
import { currentRuleset, loadRules, rulesChangeWrites } from '../../shared/stores/segments.ts';

const pagePeople = 200;
/**
 * A worker stops this long before its timeout and hands the rest of its part on: a page whose people
 * need their histories read takes its time.
 */
const reserveMs = 40_000;

const partMessageSchema = z.strictObject({
  pass: z.number(),
  part: z.number(),
  stage: z.enum(['applying', 'announcing']).default('applying'),
});

/**
 * A changed definition goes over everybody, in parallel parts: each person is asked by the rules that
 * serve and by those that come, and written only when that changes something. When the last part is
 * done, the new rules serve, and whom an edit wants to tell of it is told, in as many parts. A part
 * that dies goes on where it stood.
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
  const stage = pass.announcing === true ? 'announcing' : 'applying';
  const work: PassWork = { pass: pass.revision, stage };
  const open = (await getPassParts(table, work)).filter(({ done }) => !done);
  // With none open the last worker died before it could finish the pass: any part does that.
  const again = open.length > 0 ? open : [{ part: 0 }];
  await queue.send(
    'segment-passes',
    again.map(({ part }) => ({ body: { ...work, part } })),
  );
}

type PartWork = z.infer<typeof partMessageSchema> & { readonly owner: string };

async function workOnPart(
  { owner, ...message }: PartWork,
  ports: Ports,
  context: Context,
): Promise<void> {
  const { table, queue, clock } = ports;
  const name = `pass#${message.pass}#${message.stage}#${message.part}`;
  const seconds = Math.ceil(context.getRemainingTimeInMillis() / 1000);
  const lease = await takeLease(table, name, { now: clock.now(), seconds, owner });
  if (lease === undefined) return;
  let outcome: Outcome;
  try {
    outcome = await goOver(message, ports, context);
  } finally {
    await releaseLease(table, lease);
  }
  if (outcome === 'done') await whenFree(() => finish(message, ports), ports.clock);
  // Only now: whoever takes the rest needs the lease.
  if (outcome === 'out-of-time') await queue.send('segment-passes', [{ body: message }]);
}

type Outcome = 'done' | 'overtaken' | 'out-of-time';

/** Goes over a part, page by page, from where it stands. */
async function goOver(
  { part, ...work }: z.infer<typeof partMessageSchema>,
  ports: Ports,
  context: Context,
): Promise<Outcome> {
  let progress = (await getPassParts(ports.table, work))[part];
  while (progress !== undefined && !progress.done) {
    if (context.getRemainingTimeInMillis() < reserveMs) return 'out-of-time';
    const at = progress;
    progress = await whenFree(() => nextPage(at, work, ports), ports.clock);
  }
  return progress === undefined ? 'overtaken' : 'done';
}

/** The part when its next page is done; undefined when a newer definition or another worker at the part has overtaken it. */
async function nextPage(
  progress: PassPart,
  work: PassWork,
  ports: Ports,
): Promise<PassPart | undefined> {
  const { table, clock, settings } = ports;
  const ruleset = await currentRuleset(table, settings.timeZone);
  const isApplying = work.stage === 'applying';
  if (isApplying && ruleset.revision !== work.pass) return undefined; // a newer definition has its own pass
  const after = await (isApplying ? applyPage : announcePage)(progress, ruleset, ports);
  return savePassPart(table, work, { ...after, now: clock.now() });
}

async function applyPage(progress: PassPart, ruleset: Ruleset, ports: Ports): Promise<PassPart> {
  const { part, after, people } = progress;
  const scan = { segment: part, segments: passParts, after, limit: pagePeople };
  const page = await scanProfiles(ports.table, scan);
  const now = ports.clock.now();
  const changing = page.profiles.filter((profile) => !isSettled(profile, ruleset, now));
  const settled = await settlePeople(changing, { ruleset, ports });
  const all = page.profiles
    .map((profile) => (settled.has(profile.id) ? settled.get(profile.id) : profile))
    .filter((profile) => profile !== undefined);
  const tally = withCustomers(progress.tally, all, { ruleset, now: ports.clock.now() });
  const counted = { people: people + page.profiles.length, ...(tally && { tally }) };
  return { ...progress, after: page.after, ...counted, done: page.after === null };
}

async function finish({ pass, stage }: PassWork, ports: Ports): Promise<void> {
  const parts = await getPassParts(ports.table, { pass, stage });
  if (parts.some(({ done }) => !done)) return;
  if (stage === 'applying') await serve(pass, parts, ports);
  // Refused when a newer pass has begun: whoever has not been told by then is told by it.
  else await ports.table.write(passDone(pass));
}

/** All parts are done: what was to come serves. */
async function serve(pass: number, parts: readonly PassPart[], ports: Ports): Promise<void> {
  const { table, clock, settings } = ports;
  const source = await loadRules(table);
  if (source.revision !== pass) return; // finished by another part, or overtaken by a newer definition
  const people = parts.reduce((sum, part) => sum + part.people, 0);
  const now = clock.now();
  const at = { now: isoInstant(now), companyTimeZone: settings.timeZone };
  const tally = wholeTally(parts.map((part) => part.tally));
  const sketched = cutsOf(tally);
  const cut = firstCuts(source, sketched, at);
  if (cut !== undefined) return passAgain(source, { change: cut, people }, ports);
  const settled = settleRules(source, at, { people, sketched });
  const tells = source.segments.some(tellsOfEdit);
  const startsAt = now + settings.rulesSettleSeconds * 1000;
  const after = tells ? passAnnounces(pass, startsAt) : passDone(pass);
  const map = source.rfm?.cuts === undefined ? [] : [rfmMapPut(source.rfm, tally, at.now)];
  const writes = [...rulesChangeWrites(source, settled), ...map, after];
  const result = await table.transact(writes);
  logger.info('pass-finished', {
    pass,
    result: result.kind,
    people,
  });
  if (result.kind === 'contended')
    throw new Throttled(
      'The rules changed at the same moment: the pass is finished at the next try.',
    );
  if (result.kind === 'written' && tells) await startPass({ pass, stage: 'announcing' }, ports);
}
