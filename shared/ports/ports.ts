import type { Bus } from './bus.ts';
import type { Clock } from './clock.ts';
import type { Ids } from './ids.ts';
import type { PublicApi } from './public-api.ts';
import type { Queue } from './queue.ts';
import type { Schedules } from './schedules.ts';
import type { Secrets } from './secrets.ts';
import type { EmailSender, PushSender, TextSender, WebhookSender } from './senders.ts';
import type { Settings } from './settings.ts';
import type { Table } from './table.ts';

/** Everything a function may reach. The manifest says which of it is granted to which function. */
export type Ports = {
  readonly table: Table;
  readonly queue: Queue;
  readonly bus: Bus;
  readonly schedules: Schedules;
  readonly email: EmailSender;
  readonly text: TextSender;
  readonly push: PushSender;
  readonly webhook: WebhookSender;
  readonly secrets: Secrets;
  readonly publicApi: PublicApi;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: Settings;
};
