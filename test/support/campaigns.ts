import type { World } from '../../infra/local/world.ts';
import { ask } from './modes.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A row of `GET /admin/runs/{id}/messages`. */
export type Row = {
  readonly id: string;
  readonly profile: string;
  readonly state: string;
  readonly reason: string | null;
  readonly channel: string;
};

/** A problem document of what was refused. */
export type Refusal = {
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string }[];
};

/** What a marketer and a website do, over HTTP; what broke or was too busy is asked again. */
export async function anOffice(world: World) {
  const asAdmin = (method: string, path: string, body?: unknown) =>
    ask(world, method, path, { admin: true, body });
  const done = async (method: string, path: string, body?: unknown): Promise<Fields> => {
    const answer = await asAdmin(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json() as Fields; // an object, as every answer
  };
  const refused = async (method: string, path: string, body?: unknown): Promise<Refusal> => {
    const answer = await asAdmin(method, path, body);
    return { ...(answer.json() as Omit<Refusal, 'status'>), status: answer.status };
  };

  await done('PUT', '/admin/sources/shop', { name: 'Shop' });
  const { key } = await done('POST', '/admin/sources/shop/keys');
  const post = async (path: string, body: Fields): Promise<void> => {
    const headers = { 'x-write-key': String(key) };
    const answer = await ask(world, 'POST', path, { headers, body });
    if (answer.status >= 300) throw new Error(answer.text);
    await world.settle();
  };
  let leads = 0;

  const listOf = async <Item>(path: string): Promise<readonly Item[]> => {
    const items: Item[] = [];
    let after = '';
    do {
      const page = await done('GET', `${path}?after=${after}`);
      items.push(...(page['items'] as Item[])); // as the caller knows the list
      after = typeof page['next'] === 'string' ? page['next'] : '';
    } while (after !== '');
    return items;
  };

  return {
    done,
    refused,
    /** A person who allows offers by email and SMS, unless told. */
    lead: async (name: string, changes: Fields = {}): Promise<void> => {
      leads += 1;
      const consents = ['email', 'sms'].map((channel) => ({
        topic: 'offers',
        channel,
        given: true,
      }));
      await post('/v1/leads', {
        messageId: `lead-${leads}`,
        occurredAt: world.now(),
        externalId: name,
        email: `${name}@example.com`,
        consents,
        ...changes,
      });
    },
    /** What a person did, now unless told; the same `messageId` is the same event. */
    track: (name: string, event: string, rest: Fields = {}): Promise<void> =>
      post('/v1/track', {
        userId: name,
        event,
        timestamp: world.now(),
        messageId: `${name}-${event}-${world.now()}`,
        ...rest,
      }),
    segment: async (id: string, rule: unknown): Promise<void> => {
      await done('PUT', `/admin/segments/${id}`, { name: id, rule });
      await world.settle();
      // A pass that was cut off is taken up by the tick.
      for (let minute = 0; minute < 20; minute += 1) {
        if ((await done('GET', `/admin/segments/${id}`))['state'] === 'ready') return;
        await world.advance('PT1M');
      }
      throw new Error(`Segment ${id} does not get ready.`);
    },
    template: (id: string, changes: Fields = {}): Promise<Fields> =>
      done('PUT', `/admin/templates/${id}`, {
        name: id,
        channel: 'email',
        subject: `${id} for {{ profile.identifiers.externalId }}`,
        html: '<p>{{ event.properties.total | default: "" }}</p>',
        ...changes,
      }),
    campaign: (id: string, changes: Fields): Promise<Fields> =>
      done('PUT', `/admin/campaigns/${id}`, {
        name: id,
        topic: 'offers',
        message: { channel: 'email', template: 'hello' },
        ...changes,
      }),
    launch: async (id: string): Promise<void> => {
      await done('POST', `/admin/campaigns/${id}/launch`);
      await world.settle();
    },
    act: async (id: string, action: 'pause' | 'resume' | 'cancel'): Promise<void> => {
      await done('POST', `/admin/campaigns/${id}/${action}`);
      await world.settle();
    },
    state: async (id: string): Promise<unknown> =>
      (await done('GET', `/admin/campaigns/${id}`))['state'],
    report: (id: string): Promise<Fields> => done('GET', `/admin/campaigns/${id}/report`),
    runs: (id: string) => listOf<{ id: string; state: string }>(`/admin/campaigns/${id}/runs`),
    rows: async (id: string): Promise<readonly Row[]> => {
      const runs = await listOf<{ id: string }>(`/admin/campaigns/${id}/runs`);
      const rows = await Promise.all(
        runs.map((run) => listOf<Row>(`/admin/runs/${encodeURIComponent(run.id)}/messages`)),
      );
      return rows.flat();
    },
    /** Who got how many emails, by name. */
    inbox: (): Readonly<Record<string, number>> => {
      const counts: Record<string, number> = {};
      for (const { to } of world.outbox()) {
        const name = to.split('@')[0] ?? to;
        counts[name] = (counts[name] ?? 0) + 1;
      }
      return counts;
    },
  };
}
