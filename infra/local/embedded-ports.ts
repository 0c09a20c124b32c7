import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedBus } from '../../shared/adapters/embedded/bus.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import type { Hostility } from '../../shared/adapters/embedded/hostility.ts';
import { systemIds } from '../../shared/adapters/embedded/ids.ts';
import { EmbeddedPublicApi } from '../../shared/adapters/embedded/public-api.ts';
import { EmbeddedQueue, type QueueLimits } from '../../shared/adapters/embedded/queue.ts';
import type { RequestMeter } from '../../shared/adapters/embedded/request-meter.ts';
import { EmbeddedSchedules } from '../../shared/adapters/embedded/schedules.ts';
import { folderSecrets } from '../../shared/adapters/embedded/secrets.ts';
import {
  Outbox,
  outboxEmailSender,
  outboxPushSender,
  outboxTextSender,
  outboxWebhookSender,
} from '../../shared/adapters/embedded/senders.ts';
import { EmbeddedTable } from '../../shared/adapters/embedded/table.ts';
import type { SendingQuota } from '../../shared/domain/messaging/pace/sending-rate.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { type QueueName, queueNames } from '../../shared/ports/queue.ts';
import type { Email, Push, PushAnswer, SendAnswer, Webhook } from '../../shared/ports/senders.ts';
import type { Settings } from '../../shared/ports/settings.ts';
import { functions } from '../manifest.ts';
import { queues, standingListeners } from '../queue-manifest.ts';
import { configurationSet, sesEvent } from './ses-event.ts';

type Options = {
  readonly clock: Clock;
  /** Where the data lies; none: in memory. */
  readonly directory: string | undefined;
  readonly hostility: Hostility | undefined;
  /** What ids are thrown with; none: as random as they are deployed. */
  readonly idDice?: Hostility | undefined;
  readonly settings: Settings;
  readonly meter: RequestMeter | undefined;
  /** What the email provider says instead of accepting, to try out its failures. */
  readonly answer: ((email: Email) => SendAnswer | undefined) | undefined;
  readonly pushAnswer?: ((push: Push) => PushAnswer | undefined) | undefined;
  readonly webhookAnswer?: ((webhook: Webhook) => SendAnswer | undefined) | undefined;
  /** What the account may send by the email provider; throws when it does not say. */
  readonly quota?: (() => SendingQuota | undefined) | undefined;
  /** False when SES's own events of sending do not arrive: they are best effort. */
  readonly announces?: boolean | undefined;
};

export type EmbeddedPorts = ReturnType<typeof embeddedPorts>;

/** Every port's embedded adapter, over one database. */
export function embeddedPorts(options: Options) {
  const { clock, directory, hostility, idDice, settings, meter, ...mail } = options;
  if (directory !== undefined) mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = directory === undefined ? ':memory:' : join(directory, 'perennial.sqlite');
  const database = openDatabase(path);
  if (directory !== undefined) chmodSync(path, 0o600);

  const { answer, announces = true, pushAnswer, webhookAnswer, quota } = mail;
  const ids = systemIds(clock, idDice && ((count) => diced(idDice, count)));
  const table = new EmbeddedTable({ database, clock, hostility, meter });
  // The same tables without their misfortunes, for who arranges or looks on from outside.
  const calmTable = hostility ? new EmbeddedTable({ database, clock }) : table;
  const queue = new EmbeddedQueue({ database, clock, ids, rows: queueLimits(), hostility });
  queue.takeOver();
  const schedules = new EmbeddedSchedules({ database, queue, clock, hostility });
  const bus = new EmbeddedBus({
    queue,
    ids,
    listeners: () => [...standingListeners(configurationSet), ...schedules.listeners()],
    hostility,
  });
  const outbox = new Outbox({ database, clock });
  if (announces) announceEmails(outbox, { bus, clock, settings });
  const email = outboxEmailSender(outbox, { hostility, answer, quota });
  const text = outboxTextSender(outbox);
  const push = outboxPushSender(outbox, { answer: pushAnswer });
  const webhook = outboxWebhookSender(outbox, { hostility, answer: webhookAnswer });
  const secrets = folderSecrets(
    directory === undefined ? undefined : join(directory, 'secrets'),
    ids,
  );
  const senders = { email, text, push, webhook };
  const publicApi = new EmbeddedPublicApi();
  const reached = { table, queue, bus, schedules, ...senders, secrets, publicApi };
  const ports: Ports = { ...reached, clock, ids, settings };
  return { database, table, calmTable, queue, schedules, bus, outbox, publicApi, ports };
}

/** Ids follow dice: where items lie decides who meets whom. */
const diced = (hostility: Hostility, count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, () => hostility.integer(256)));

/** A queue hides a message six times as long as its function may run, as AWS advises. */
function queueLimits(): Record<QueueName, QueueLimits> {
  const limits = queueNames.map((name) => {
    const timeouts = functions.flatMap(({ trigger, timeoutSeconds }) =>
      trigger.kind === 'queue' && trigger.queue === name ? [timeoutSeconds] : [],
    );
    const visibilitySeconds = 6 * Math.max(5, ...timeouts);
    return [name, { maxReceives: queues[name].maxReceives, visibilitySeconds }] as const;
  });
  // `fromEntries` forgets that every queue name is among the keys.
  return Object.fromEntries(limits) as Record<QueueName, QueueLimits>;
}

/**
 * SES publishes "Email Sent" for what it takes, also when its answer is lost on the way. Whether it
 * was delivered is for `/local/feedback` to say.
 */
function announceEmails(
  outbox: Outbox,
  { bus, clock, settings }: { bus: EmbeddedBus; clock: Clock; settings: Settings },
): void {
  outbox.onEmails = (emails, providerIds) => {
    const now = new Date(clock.now()).toISOString();
    for (const [position, providerId] of providerIds.entries()) {
      const email = emails[position];
      if (!email) continue;
      const sent = { ...email, providerId, from: settings.sender, sentAt: now };
      // Best effort, as on AWS: nobody waits for it.
      bus.publish('default', sesEvent(sent, { type: 'send' }, now)).catch(() => {});
    }
  };
}
