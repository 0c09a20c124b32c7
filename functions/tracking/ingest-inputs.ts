import { canaryId, canarySource } from '../../shared/domain/canary/canary.ts';
import { givenIdentifiers } from '../../shared/domain/identity/resolution.ts';
import type { Profile } from '../../shared/domain/profiles/profile.ts';
import type { Ruleset } from '../../shared/domain/segments/ruleset.ts';
import { type Assignment, assignInputs } from '../../shared/domain/tracking/assignment.ts';
import { type Input, inputsMessageSchema } from '../../shared/domain/tracking/input.ts';
import { ContentError, recordInputs } from '../../shared/flows/segments/person-record.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { Throttled } from '../../shared/ports/table.ts';
import { count, logger } from '../../shared/runtime/observability.ts';
import { inParallel } from '../../shared/runtime/parallel.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { findOwners } from '../../shared/stores/identities.ts';
import { isRecorded } from '../../shared/stores/message-markers.ts';
import { getCanary, getProfiles } from '../../shared/stores/profiles.ts';
import { quarantine } from '../../shared/stores/quarantine.ts';
import { currentRuleset } from '../../shared/stores/segments.ts';

/** People worked on at the same time. */
const parallelPeople = 16;

/**
 * Looks at a person whom others change at the same time, over some seconds, before the queue tries
 * again minutes later.
 */
const maxRounds = 10;
const maxPauseMs = 500;

/**
 * What websites said, a batch at a time: who is meant, what it makes of them, one transaction each.
 * Inputs that keep clashing come back from the queue; one that cannot be processed for what it holds
 * goes to the quarantine, alone.
 */
export const handler = queueFunction(inputsMessageSchema, async (messages, ports) => {
  const messageOf = new Map<Input, string>();
  for (const { id, body } of messages) for (const input of body.inputs) messageOf.set(input, id);

  let open = distinct([...messageOf.keys()]);
  for (let round = 0; open.length > 0 && round < maxRounds; round += 1) {
    if (round > 0) await ports.clock.sleep(Math.min(maxPauseMs, 2 ** round * 5));
    open = await lookedAt(open, ports);
  }
  return [...new Set(open.flatMap((input) => messageOf.get(input) ?? []))];
});

/** One look at the inputs; answers those to look at again: all of them when the tables are too busy. */
async function lookedAt(inputs: readonly Input[], ports: Ports): Promise<readonly Input[]> {
  try {
    return await ingest(inputs, ports);
  } catch (error) {
    if (!(error instanceof Throttled)) throw error;
    return inputs;
  }
}

/** One look at the inputs; answers those to look at again. */
async function ingest(inputs: readonly Input[], ports: Ports): Promise<readonly Input[]> {
  const { table, settings, ids } = ports;
  const ruleset = await currentRuleset(table, settings.timeZone);
  const owners = await findOwners(
    table,
    inputs.flatMap(({ identifiers }) => givenIdentifiers(identifiers)),
  );
  const people = new Map(await getProfiles(table, [...new Set(owners.values())]));
  const canary = inputs.some(isOfCanary) ? await getCanary(table) : undefined;
  if (canary !== undefined) people.set(canaryId, canary);
  const assignments = assignInputs(inputs, { owners, people, newId: () => ids.next() });
  const again: Input[] = [];
  await inParallel(assignments, parallelPeople, async (assignment) => {
    const profile = people.get(assignment.person);
    again.push(...(await ingestPerson(assignment, { profile, ruleset, ports })));
  });
  // An input can have been put to several people.
  return [...new Set(again)];
}

type Situation = {
  readonly profile: Profile | undefined;
  readonly ruleset: Ruleset;
  readonly ports: Ports;
};

/** Records one person's inputs; answers those to look at again. */
async function ingestPerson(
  assignment: Assignment,
  situation: Situation,
): Promise<readonly Input[]> {
  const { ports } = situation;
  try {
    return await recordInputs(assignment, situation);
  } catch (error) {
    const inputs = assignment.inputs.map(({ original }) => original);
    if (!(error instanceof ContentError)) return passing(error, inputs);
    const [input, ...others] = inputs;
    if (input === undefined) return [];
    if (others.length === 0) return setAside(input, error, ports);
    // One of them is bad: each for itself, in order. What is recorded already is told by its marker.
    const again: Input[] = [];
    for (const one of inputs) again.push(...(await ingestAlone(one, ports)));
    return again;
  }
}

/** Nothing is wrong with the inputs: the tables were busy or away. */
function passing(error: unknown, inputs: readonly Input[]): readonly Input[] {
  const name = error instanceof Error ? error.name : 'unknown';
  logger.warn('person-not-written', { error: name, inputs: inputs.length });
  return inputs;
}

async function ingestAlone(input: Input, ports: Ports): Promise<readonly Input[]> {
  try {
    return await ingest([input], ports);
  } catch (error) {
    return passing(error, [input]);
  }
}

/** Puts an input into the quarantine; answers it to look at again when even that cannot be done now. */
async function setAside(
  input: Input,
  error: ContentError,
  { table, ids, clock }: Ports,
): Promise<readonly Input[]> {
  if (isOfCanary(input)) {
    // Nobody waits for it, and its own alarm rings.
    logger.error('canary-not-stored', { messageId: input.messageId });
    return [];
  }
  const row = { input, token: ids.next(), reason: error.message, now: clock.now() };
  try {
    // A repeat that would no longer fit is a repeat all the same: nothing of it is missing.
    if (await isRecorded(table, input.source, input.messageId)) return [];
    const id = await quarantine(table, row);
    logger.error('input-quarantined', { id, source: input.source, kind: input.kind });
    count('InputsQuarantined', 1);
    return [];
  } catch (cause) {
    return passing(cause, [input]);
  }
}

const isOfCanary = ({ source }: Input): boolean => source === canarySource;

/** Each message id of a source once. */
function distinct(inputs: readonly Input[]): readonly Input[] {
  const byMessage = new Map<string, Input>();
  for (const input of inputs) {
    const key = `${input.source}\n${input.messageId}`;
    if (!byMessage.has(key)) byMessage.set(key, input);
  }
  return [...byMessage.values()];
}
