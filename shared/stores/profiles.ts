import * as z from 'zod';
import { canaryId, isCanary } from '../domain/canary/canary.ts';
import { shardOf } from '../domain/identity/hash.ts';
import { devicePlatforms, type Profile } from '../domain/profiles/profile.ts';
import { isoInstant } from '../domain/time/instant.ts';
import type { Item, Put, Table, Write, WriteResult } from '../ports/table.ts';
import { allItems } from './all-items.ts';
import { dueKinds } from './due-slots.ts';

/**
 * `profiles`: one item per person, key = profile id, read by id and by segmented scan; `dueSlot`
 * `review#<0..15>` puts those whom time will change into the `due` index. A ledger too large to stand
 * inline (a bot's) lies in pages in `marketing`, pk `ledger#<profile id>`, sk page number, each stamped
 * with the profile's version; they are read only when the profile says there are any.
 */
const inlineLedgerBytes = 64 * 1024;
const ledgerPageBytes = 300 * 1024;

const consentSchema = z.object({
  given: z.boolean(),
  at: z.string(),
  source: z.string(),
  text: z.string().optional(),
});

const deviceSchema = z.object({
  token: z.string(),
  platform: z.enum(devicePlatforms),
  at: z.string(),
});

const itemSchema = z.object({
  pk: z.string(),
  version: z.number(),
  identifiers: z.object({
    externalId: z.string().optional(),
    email: z.string().optional(),
    phone: z.string().optional(),
    anonymousIds: z.array(z.string()).optional(),
  }),
  attributes: z.record(z.string(), z.unknown()),
  consents: z.record(z.string(), consentSchema),
  devices: z.array(deviceSchema).optional(),
  ledger: z.instanceof(Uint8Array).optional(),
  ledgerPages: z.number().optional(),
  segments: z.array(z.string()),
  lists: z.array(z.string()).optional(),
  rules: z.number().optional(),
  dueAt: z.string().optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

const noLists: readonly string[] = [];

function parseProfile(item: Item): Profile {
  // What fits by a quick look is what the schema says; the schema names what does not.
  const stored = (fits(item) ? item : itemSchema.parse(item)) as z.infer<typeof itemSchema>;
  const { pk: id, version, identifiers, attributes, consents, ledger, segments } = stored;
  const { devices, lists = noLists, rules, dueAt, createdAt, updatedAt } = stored;
  const due = dueAt === undefined ? undefined : Date.parse(dueAt);
  // One object at once: a pass makes one for everybody.
  return {
    id,
    version,
    identifiers,
    attributes,
    consents,
    devices,
    ledger,
    segments,
    lists,
    rules,
    dueAt: due,
    createdAt,
    updatedAt,
  } as Profile; // zod writes absent optional fields as absent, which its type cannot say
}

/** How many pages the ledger has beside a parsed item. */
const ledgerPagesOf = ({ ledgerPages }: Item): number =>
  typeof ledgerPages === 'number' ? ledgerPages : 0;

/** `itemSchema` by hand: a pass reads everybody, and the schema alone costs half as much as reading. */
function fits(item: Item): boolean {
  const { version, identifiers, attributes, consents, ledger, ledgerPages, segments } = item;
  return (
    isText(item.pk) &&
    typeof version === 'number' &&
    isFields(identifiers) &&
    isTextOrAbsent(identifiers['externalId']) &&
    isTextOrAbsent(identifiers['email']) &&
    isTextOrAbsent(identifiers['phone']) &&
    (identifiers['anonymousIds'] === undefined || areTexts(identifiers['anonymousIds'])) &&
    isFields(attributes) &&
    isFields(consents) &&
    areConsents(consents) &&
    (item['devices'] === undefined || deviceSchema.array().safeParse(item['devices']).success) &&
    (ledger === undefined || ledger instanceof Uint8Array) &&
    (ledgerPages === undefined || typeof ledgerPages === 'number') &&
    areTexts(segments) &&
    (item['lists'] === undefined || areTexts(item['lists'])) &&
    (item['rules'] === undefined || typeof item['rules'] === 'number') &&
    isTextOrAbsent(item['dueAt']) &&
    isText(item['createdAt']) &&
    isText(item['updatedAt'])
  );
}

type Fields = Readonly<Record<string, unknown>>;

function areConsents(consents: Fields): boolean {
  for (const name in consents) if (!isConsent(consents[name])) return false;
  return true;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextOrAbsent = (value: unknown): boolean => value === undefined || isText(value);
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isConsent = (value: unknown): boolean =>
  isFields(value) &&
  typeof value['given'] === 'boolean' &&
  isText(value['at']) &&
  isText(value['source']) &&
  isTextOrAbsent(value['text']);

export function newProfile(id: string, now: number): Profile {
  return {
    id,
    version: 0,
    identifiers: {},
    attributes: {},
    consents: {},
    ledger: undefined,
    segments: [],
    lists: noLists,
    dueAt: undefined,
    createdAt: isoInstant(now),
    updatedAt: '',
  };
}

/** Ids of ours are 26 characters; what could be no key names nobody. */
const maxIdCharacters = 100;
const mayBeId = (id: string): boolean =>
  id !== '' && id.length <= maxIdCharacters && id.isWellFormed() && !isCanary(id);

export async function getProfile(table: Table, id: string): Promise<Profile | undefined> {
  if (!mayBeId(id)) return undefined;
  const item = await table.get('profiles', { pk: id });
  return item === undefined ? undefined : complete(table, item);
}

/** The canary, once it is stored: no other way leads to it, so that it shows nowhere. */
export async function getCanary(table: Table): Promise<Profile | undefined> {
  const item = await table.get('profiles', { pk: canaryId });
  return item === undefined ? undefined : parseProfile(item);
}

/** The profiles that exist, by id; strongly consistent. */
export async function getProfiles(
  table: Table,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Profile>> {
  const keys = ids.filter(mayBeId).map((pk) => ({ pk }));
  if (keys.length === 0) return new Map();
  const items = await table.batchGet('profiles', keys);
  const profiles = await completeAll(table, items);
  return new Map(profiles.map((profile) => [profile.id, profile]));
}

/**
 * One page of one of `segments` parallel parts of all people. Consistent: a pass that missed
 * somebody who has just come would leave them wrong for good.
 */
export async function scanProfiles(
  table: Table,
  scan: {
    readonly segment: number;
    readonly segments: number;
    readonly after: string | null;
    readonly limit?: number;
  },
): Promise<{ readonly profiles: readonly Profile[]; readonly after: string | null }> {
  const page = await table.scan('profiles', { ...scan, consistent: true });
  const hasCanary = page.items.some(({ pk }) => pk === canaryId);
  const people = hasCanary ? page.items.filter(({ pk }) => pk !== canaryId) : page.items;
  return { profiles: await completeAll(table, people), after: page.after };
}

/** Nobody waits for pages that few have. */
async function completeAll(table: Table, items: readonly Item[]): Promise<readonly Profile[]> {
  if (items.every((item) => ledgerPagesOf(item) === 0)) return items.map(parseProfile);
  return Promise.all(items.map((item) => complete(table, item)));
}

/** The profile with its ledger's pages, if it has any; read again when a writer came in between. */
async function complete(table: Table, item: Item): Promise<Profile> {
  let profile = parseProfile(item);
  let ledgerPages = ledgerPagesOf(item);
  while (ledgerPages > 0) {
    const pages = await allItems(table, { pk: `ledger#${profile.id}`, consistent: true });
    const ledger = joinPages(pages, profile.version, ledgerPages);
    if (ledger !== undefined) return { ...profile, ledger };
    const newer = await table.get('profiles', { pk: profile.id });
    if (newer === undefined) throw new Error(`Profile ${profile.id} vanished while it was read.`);
    profile = parseProfile(newer);
    ledgerPages = ledgerPagesOf(newer);
  }
  return profile;
}

const pageSchema = z.object({ version: z.number(), bytes: z.instanceof(Uint8Array) });

function joinPages(items: readonly Item[], version: number, count: number): Uint8Array | undefined {
  const pages = items.map((item) => pageSchema.parse(item)).slice(0, count);
  if (pages.length < count || pages.some((page) => page.version !== version)) return undefined;
  return Buffer.concat(pages.map((page) => page.bytes));
}

/** The writes of a decided profile: its item on condition that nobody has written since, and its ledger's pages. */
export function profileWrites(before: Profile, after: Profile): readonly Write[] {
  const { ledger } = after;
  const isLarge = ledger !== undefined && ledger.length > inlineLedgerBytes;
  const pages = isLarge ? ledgerPages(after.id, after.version, ledger) : [];
  return [profilePut(before, after, pages.length), ...pages];
}

/** Writes a profile about which nothing else is written: without a transaction where one item holds it all. */
export async function writeProfile(
  table: Table,
  before: Profile,
  after: Profile,
): Promise<WriteResult> {
  const [first, ...pages] = profileWrites(before, after);
  if (first === undefined) throw new Error('A profile is always written.');
  return pages.length === 0 ? table.write(first) : table.transact([first, ...pages]);
}

function profilePut(before: Profile, after: Profile, ledgerPages: number): Put {
  const { id, ledger, lists, devices = [], dueAt, ...rest } = after;
  const due = dueAt === undefined ? {} : { dueSlot: reviewSlot(id), dueAt: isoInstant(dueAt) };
  const inline = ledger === undefined ? {} : { ledger };
  // Attributes came through JSON and hold nothing that JSON does not.
  const item = {
    pk: id,
    ...rest,
    ...(lists.length > 0 && { lists }),
    ...(devices.length > 0 && { devices }),
    ...due,
    ...(ledgerPages > 0 ? { ledgerPages } : inline),
  } as Item;
  const isNew = before.version === 0;
  return {
    kind: 'put',
    table: 'profiles',
    item,
    when: isNew ? { absent: true } : { attribute: 'version', equals: before.version },
  };
}

const reviewSlot = (id: string): string =>
  `${dueKinds.reviews.prefix}#${shardOf(id, dueKinds.reviews.slots)}`;

function ledgerPages(id: string, version: number, ledger: Uint8Array): Put[] {
  const count = Math.ceil(ledger.length / ledgerPageBytes);
  return Array.from({ length: count }, (_, page) => ({
    kind: 'put',
    table: 'marketing',
    item: {
      pk: `ledger#${id}`,
      sk: String(page).padStart(4, '0'),
      version,
      bytes: ledger.subarray(page * ledgerPageBytes, (page + 1) * ledgerPageBytes),
    },
  }));
}
