import * as z from 'zod';
import type { DeployedWorld } from './deployed-world.ts';
import type { Reply } from './gateway.ts';
import type { Arrived } from './ses-stand-in.ts';

export const tenMinutesMs = 10 * 60_000;

type Fields = Readonly<Record<string, unknown>>;

/** What a marketer and a website do with a deployed stack, over HTTP. */
export class Office {
  readonly #world: DeployedWorld;
  #writeKey = '';
  #leads = 0;

  constructor(world: DeployedWorld) {
    this.#world = world;
  }

  ask(method: string, path: string, body?: unknown): Promise<Reply> {
    return this.#world.request({ method, path, body, groups: ['admin'] });
  }

  async done(method: string, path: string, body?: unknown): Promise<Fields> {
    const { status, text } = await this.ask(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return JSON.parse(text) as Fields; // an object, as every answer
  }

  async open(): Promise<void> {
    await this.done('PUT', '/admin/sources/shop', { name: 'Shop' });
    const { key } = await this.done('POST', '/admin/sources/shop/keys');
    this.#writeKey = String(key);
  }

  async post(path: string, body: Fields): Promise<void> {
    const headers = { 'x-write-key': this.#writeKey };
    const { status, text } = await this.#world.request({ method: 'POST', path, headers, body });
    if (status >= 300) throw new Error(`${path}: ${status} ${text}`);
  }

  /** A person who allows offers by email and SMS. */
  lead(name: string, changes: Fields = {}): Promise<void> {
    this.#leads += 1;
    const allows = (channel: string) => ({ topic: 'offers', channel, given: true });
    return this.post('/v1/leads', {
      messageId: `lead-${this.#leads}`,
      occurredAt: new Date(this.#world.now()).toISOString(),
      externalId: name,
      email: addressOf(name),
      attributes: { firstName: name },
      consents: [allows('email'), allows('sms')],
      ...changes,
    });
  }

  track(name: string, event: string, properties: Fields = {}, context: Fields = {}): Promise<void> {
    const timestamp = new Date(this.#world.now()).toISOString();
    const messageId = `${name}-${event}-${timestamp}`;
    const about = { event, timestamp, messageId, properties, context };
    return this.post('/v1/track', { userId: name, ...about });
  }

  template(id: string, changes: Fields = {}): Promise<Fields> {
    return this.done('PUT', `/admin/templates/${id}`, {
      name: id,
      channel: 'email',
      subject: `${id} for {{ profile.attributes.firstName }}`,
      html: '<p><a href="https://shop.example/sale">Look</a></p>',
      ...changes,
    });
  }

  /** Saves a campaign of offers and launches it. */
  async launch(id: string, definition: Fields): Promise<void> {
    const common = { name: id, topic: 'offers', message: { channel: 'email', template: id } };
    await this.done('PUT', `/admin/campaigns/${id}`, { ...common, ...definition });
    await this.done('POST', `/admin/campaigns/${id}/launch`);
  }

  /** A campaign that goes out once, ten minutes from now, to those who bought. */
  async launchOnce(id: string, definition: Fields = {}): Promise<void> {
    const at = new Date(this.#world.now() + tenMinutesMs).toISOString().slice(0, 19);
    const schedule = { at, timeZone: 'UTC' };
    await this.launch(id, { audience: { include: ['buyers'] }, schedule, ...definition });
  }

  /** ... and its time has come. */
  async sendOnce(id: string, definition: Fields = {}): Promise<void> {
    await this.launchOnce(id, definition);
    await this.#world.advance(tenMinutesMs);
  }

  report(id: string): Promise<Fields> {
    return this.done('GET', `/admin/campaigns/${id}/report`);
  }

  /** How the messages of a campaign stand, by name. */
  async standing(id: string): Promise<Readonly<Record<string, string>>> {
    const runs = await this.#items(`/admin/campaigns/${id}/runs`, runSchema);
    const rows = runs.map((run) =>
      this.#items(`/admin/runs/${encodeURIComponent(run.id)}/messages`, rowSchema),
    );
    const standing = (await Promise.all(rows))
      .flat()
      .map(async ({ profile, state, reason }) => [
        await this.#nameOf(profile),
        reason === null ? state : `${state}(${reason})`,
      ]);
    return Object.fromEntries(await Promise.all(standing)) as Readonly<Record<string, string>>;
  }

  /** Who is in a segment, by name. */
  async members(segment: string): Promise<readonly string[]> {
    const members = await this.#items(`/admin/segments/${segment}/members`, memberSchema);
    const names = members.map(({ profile }) => this.#nameOf(profile));
    return (await Promise.all(names)).toSorted();
  }

  /** The types of what stands on a person's timeline. */
  async timeline(name: string): Promise<readonly string[]> {
    const found = await this.done('GET', `/admin/profiles?externalId=${name}`);
    const { id } = runSchema.parse(found);
    const entries = await this.#items(`/admin/profiles/${id}/timeline`, entrySchema);
    return entries.map(({ type }) => type);
  }

  /** The email a person got from a template. */
  async email(name: string, template: string): Promise<Arrived> {
    const [email, second] = (await this.#world.inbox()).filter(
      ({ to, subject }) => to === addressOf(name) && subject.startsWith(`${template} `),
    );
    if (email === undefined || second !== undefined) throw new Error(`${name}: ${template}`);
    return email;
  }

  /** How many emails each person got from a template, by name. */
  async received(template: string): Promise<Readonly<Record<string, number>>> {
    const counts: Record<string, number> = {};
    for (const email of await this.#world.inbox()) {
      if (!email.subject.startsWith(`${template} `)) continue;
      const name = email.to.split('@')[0] ?? '';
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  async #nameOf(profile: string): Promise<string> {
    const found = await this.done('GET', `/admin/profiles/${profile}`);
    return personSchema.parse(found).identifiers.externalId;
  }

  async #items<Item>(path: string, item: z.ZodType<Item>): Promise<readonly Item[]> {
    return z.object({ items: z.array(item) }).parse(await this.done('GET', path)).items;
  }
}

const runSchema = z.looseObject({ id: z.string() });
const rowSchema = z.looseObject({
  profile: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
});
const memberSchema = z.looseObject({ profile: z.string() });
const entrySchema = z.looseObject({ type: z.string() });
const personSchema = z.looseObject({ identifiers: z.looseObject({ externalId: z.string() }) });

/** Where a chapter of the story takes place. */
export type Here = () => { readonly world: DeployedWorld; readonly office: Office };

export const buyers = ['anna', 'bert', 'carl'];
export const people = [...buyers, 'dora'];

/** Each of them once. */
export const once = (names: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(names.map((name) => [name, 1]));

export const phoneOf = (name: string): string => `+3712000000${people.indexOf(name)}`;

export const addressOf = (name: string): string => `${name}@example.com`;
