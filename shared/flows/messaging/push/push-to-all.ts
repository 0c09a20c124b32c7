import type { Device } from '../../../domain/profiles/profile.ts';
import {
  NotSent,
  type Push,
  type PushAnswer,
  type PushSender,
  type SendAnswer,
} from '../../../ports/senders.ts';

/** What came of one message to all devices of a person. */
type Outcome = { readonly answer: SendAnswer; readonly gone: readonly Device[] };

/**
 * Sends a message to each device. It is accepted when one of them takes it. When none does, a device of
 * which nobody knows leaves the message unknown, as nothing else may be said of it; then one that may
 * take it later puts it off; else it is rejected, with `no-device` when all of them are gone.
 */
export async function pushToAll(
  push: Omit<Push, 'device'>,
  devices: readonly Device[],
  sender: PushSender,
): Promise<Outcome> {
  const results = await Promise.allSettled(
    devices.map((device) => sender.send({ ...push, device })),
  );
  const gone = devices.filter((_, index) => {
    const result = results[index];
    return result?.status === 'fulfilled' && result.value.kind === 'gone';
  });
  const answers = results.map(answerOf);
  const accepted = answers.find(isOf('accepted'));
  if (accepted !== undefined) return { answer: accepted, gone };
  const failure = answers.find((answer) => answer.kind === 'unknown');
  if (failure !== undefined) throw failure.error;
  const refusal = answers.find(isOf('throttled')) ?? answers.find(isOf('rejected'));
  return { answer: refusal ?? { kind: 'rejected', reason: 'no-device' }, gone };
}

type Told = PushAnswer | { readonly kind: 'unknown'; readonly error: unknown };

function answerOf(result: PromiseSettledResult<PushAnswer>): Told {
  if (result.status === 'fulfilled') return result.value;
  const error: unknown = result.reason;
  return error instanceof NotSent
    ? { kind: 'throttled', reason: 'not-sent' }
    : { kind: 'unknown', error };
}

const isOf =
  <Kind extends SendAnswer['kind']>(kind: Kind) =>
  (answer: Told): answer is Extract<SendAnswer, { kind: Kind }> =>
    answer.kind === kind;
