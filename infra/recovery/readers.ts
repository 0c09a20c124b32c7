import {
  GetEventSourceMappingCommand,
  type LambdaClient,
  ResourceConflictException,
  ResourceInUseException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { type Surroundings, until } from './tell.ts';

/** What has a function read a queue. */
export type Reader = {
  readonly id: string;
  readonly queue: string;
  readonly state: string;
};

/** The readers of queues among the stack's mappings: the timeline's stream is read on. */
export async function queueReaders(
  client: LambdaClient,
  mappings: readonly string[],
): Promise<readonly Reader[]> {
  const readers: Reader[] = [];
  for (const id of mappings) {
    const found = await client.send(new GetEventSourceMappingCommand({ UUID: id }));
    const arn = found.EventSourceArn ?? '';
    if (!arn.split(':')[2]?.startsWith('sqs')) continue;
    readers.push({ id, queue: arn.split(':').at(-1) ?? id, state: found.State ?? 'unknown' });
  }
  return readers.toSorted((left, right) => (left.queue < right.queue ? -1 : 1));
}

/** What stands when a switch has been thrown. */
const states = { true: 'Enabled', false: 'Disabled' } as const;

/**
 * Has all queues read, or none of them: what is put on them waits there, for 14 days. Answers whose
 * reader was switched.
 */
export async function switchReaders(
  client: LambdaClient,
  { mappings, isRead }: { readonly mappings: readonly string[]; readonly isRead: boolean },
  surroundings: Surroundings,
): Promise<readonly string[]> {
  const wanted = states[`${isRead}`];
  const switched: string[] = [];
  await until(async () => {
    const others = (await queueReaders(client, mappings)).filter(({ state }) => state !== wanted);
    for (const { id, queue, state } of others) {
      // On its way to somewhere: it can be switched once it is there.
      if (state.endsWith('ing')) continue;
      if (await switchOne(client, id, isRead)) switched.push(queue);
    }
    const open = others.map(({ queue }) => queue);
    return open.length === 0 ? '' : `${open.length} readers become ${wanted}`;
  }, surroundings);
  return [...new Set(switched)];
}

async function switchOne(client: LambdaClient, id: string, isRead: boolean): Promise<boolean> {
  try {
    await client.send(new UpdateEventSourceMappingCommand({ UUID: id, Enabled: isRead }));
    return true;
  } catch (error) {
    if (error instanceof ResourceInUseException || error instanceof ResourceConflictException)
      return false;
    throw error;
  }
}
