import { sesEvent } from '../../infra/local/ses-event.ts';
import type { World } from '../../infra/local/world.ts';

type Told = Parameters<typeof sesEvent>[1];

/**
 * What SES tells of an email, whether the outbox knows of it or not: `send` unless said, under an id of
 * the provider's that no other sending has unless said.
 */
export async function announce(
  world: World,
  message: string,
  {
    providerId = `elsewhere-${message.slice(-8)}`,
    ...told
  }: Partial<Told> & {
    readonly providerId?: string;
  } = {},
): Promise<void> {
  const now = world.now();
  const email = {
    providerId,
    from: world.settings.sender,
    to: 'anna@example.com',
    subject: 'hello',
    headers: {},
    tags: { message },
    sentAt: now,
  };
  await world.embedded.bus.publish('default', sesEvent(email, { type: 'send', ...told }, now));
  await world.settle();
}
