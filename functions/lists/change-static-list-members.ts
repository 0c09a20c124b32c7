import type { Context } from 'aws-lambda';
import type { StaticList } from '../../shared/domain/lists/static-list.ts';
import {
  type ListChangeMessage,
  type ListClearing,
  listMessageSchema,
} from '../../shared/domain/lists/static-list-message.ts';
import type { Ruleset } from '../../shared/domain/segments/ruleset.ts';
import { ContentError, listPerson } from '../../shared/flows/segments/person-record.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { Throttled } from '../../shared/ports/table.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { logger } from '../../shared/runtime/observability.ts';
import { inParallel } from '../../shared/runtime/parallel.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { getProfiles } from '../../shared/stores/profiles.ts';
import { currentRuleset } from '../../shared/stores/segments.ts';
import {
  clearListed,
  getListRows,
  type ListRow,
  listRowPut,
} from '../../shared/stores/static-lists.ts';

const parallelPeople = 16;
/** Looks at people whom others change at the same time, before the queue tries again minutes later. */
const maxRounds = 10;
const maxPauseMs = 500;
/** A worker stops clearing this long before its timeout and hands the rest on. */
const reserveMs = 15_000;

/**
 * The people of an upload, each in one transaction: their marks, their rows, the segments that use the
 * list, and what the timeline says of it. What was done already changes nothing a second time.
 */
export const handler = queueFunction(listMessageSchema, (messages, ports, context) =>
  eachMessage(messages, (body) =>
    'clear' in body ? clear(body, ports, context) : change(body, ports),
  ),
);

async function change(message: ListChangeMessage, ports: Ports): Promise<void> {
  let open: readonly string[] = message.people;
  const unfit: string[] = [];
  for (let round = 0; open.length > 0 && round < maxRounds; round += 1) {
    if (round > 0) await ports.clock.sleep(Math.min(maxPauseMs, 2 ** round * 5));
    open = await lookedAt({ ...message, people: [...open] }, ports, unfit);
  }
  if (open.length > 0) throw new Error('Others keep changing the same people.');
  if (unfit.length > 0) await setApart(unfit, message, ports);
}

/** One look at the people; answers those to look at again: all of them when the tables are too busy. */
async function lookedAt(
  message: ListChangeMessage,
  ports: Ports,
  unfit: string[],
): Promise<readonly string[]> {
  try {
    return await changePeople(message, ports, unfit);
  } catch (error) {
    if (!(error instanceof Throttled)) throw error;
    return message.people;
  }
}

async function changePeople(
  message: ListChangeMessage,
  ports: Ports,
  unfit: string[],
): Promise<readonly string[]> {
  const { table, settings } = ports;
  const ruleset = await currentRuleset(table, settings.timeZone);
  const list = ruleset.named.lists.find(({ id }) => id === message.list);
  if (list?.version !== message.version) return []; // deleted meanwhile: there is nothing to be in
  const people = await getProfiles(table, message.people);
  const rows = await getListRows(table, list, message.people);
  const again: string[] = [];
  await inParallel([...people.values()], parallelPeople, async (profile) => {
    const { id } = profile;
    const row = rows.get(id);
    if (row !== undefined && row.at >= message.at) return; // done already, or overtaken
    try {
      const isWritten = await changePerson(profile, { message, list, row, ruleset }, ports);
      if (!isWritten) again.push(id);
    } catch (error) {
      if (error instanceof Throttled) again.push(id);
      else if (error instanceof ContentError) unfit.push(id);
      else throw error;
    }
  });
  return again;
}

type Change = {
  readonly message: ListChangeMessage;
  readonly list: StaticList;
  readonly row: ListRow | undefined;
  readonly ruleset: Ruleset;
};

/** False when somebody else was faster. */
async function changePerson(
  profile: Parameters<typeof listPerson>[0],
  { message, list, row, ruleset }: Change,
  ports: Ports,
): Promise<boolean> {
  const isIn = message.change === 'add';
  const stamped = { at: message.at, isIn, before: row, now: ports.clock.now() };
  const put = listRowPut(list, profile.id, stamped);
  const stands = (row?.isIn ?? false) === isIn;
  if (stands && !message.contested) return true;
  if (stands) return (await ports.table.write(put)).kind === 'written';
  const wanted = { add: isIn ? [list.id] : [], remove: isIn ? [] : [list.id] };
  const lists = { change: wanted, rows: () => [put] };
  return (await listPerson(profile, lists, { ruleset, ports })) !== undefined;
}

/** Whoever cannot be stored for what they hold goes back alone, and ends as a dead letter that somebody is told of. */
async function setApart(
  unfit: readonly string[],
  message: ListChangeMessage,
  { queue }: Ports,
): Promise<void> {
  logger.error('people-not-listed', { list: message.list, people: unfit.length });
  if (message.people.length === 1) throw new Error('This person has no room for another list.');
  const alone = unfit.map((id) => ({ body: { ...message, people: [id] } }));
  await queue.send('list-changes', alone);
}

/** The rows of a deleted list; one that is still there was not deleted after all. */
async function clear(
  { clear: id, version }: ListClearing,
  { table, queue, settings }: Ports,
  context: Context,
): Promise<void> {
  const { named } = await currentRuleset(table, settings.timeZone);
  if (named.lists.some((list) => list.id === id && list.version === version)) return;
  const hasTime = (): boolean => context.getRemainingTimeInMillis() > reserveMs;
  const isDone = await clearListed(table, { id, version }, hasTime);
  if (!isDone) await queue.send('list-changes', [{ body: { clear: id, version } }]);
}
