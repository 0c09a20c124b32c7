import { describe, expect, it } from 'vitest';
import type { PublicApi } from '../../shared/ports/public-api.ts';
import { hashWriteKey } from '../../shared/runtime/http/write-key.ts';
import { addSourceKey, putSource } from '../../shared/stores/sources.ts';
import { personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

/** What the API does with a post: answers by this status, or not at all. */
export type ApiAnswer =
  | { readonly status: number; readonly location?: string }
  | 'breaks off'
  | 'is silent'
  | 'is not there';

/** A post as it arrived. */
export type Posted = {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
};

/** A caller of the API, and an API that does as it is told. */
export type PublicApiWorld = {
  readonly api: PublicApi;
  /** From now on. */
  readonly answer: (answer: ApiAnswer) => Promise<void>;
  /** Oldest first. */
  readonly posted: () => readonly Posted[];
};

type PublicApiAdapter = {
  readonly scripted: (options?: { readonly timeoutMs: number }) => Promise<PublicApiWorld>;
  /** A caller of the API of a local world. */
  readonly calling: (world: Awaited<ReturnType<typeof aWorld>>) => Promise<PublicApi>;
};

const unusual = 'Jānis 🦄 a\u0301 עברית "\\" \u2028 </script> {{ name }} %00';

const writeKey = 'a key of Jānis';

/** What every caller of the public API does. */
export const publicApiSuite = (name: string, adapter: PublicApiAdapter): void => {
  describe(`the public API: ${name}`, () => {
    describeCalls(adapter);
    describeRoutes(adapter);
  });
};

const describeCalls = ({ scripted }: PublicApiAdapter): void => {
  it('gets the write key and the body as JSON, by one post', async () => {
    const { api, posted } = await scripted();
    expect(await api.post('/v1/leads', { writeKey, body: { externalId: 'anna' } })).toBe(202);
    expect(posted()).toMatchObject([
      {
        method: 'POST',
        target: '/v1/leads',
        headers: {
          authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
          'content-type': 'application/json',
          'content-length': '21',
          'user-agent': 'perennial-canary',
        },
      },
    ]);
    expect(posted().map(({ body }) => body.toString())).toEqual(['{"externalId":"anna"}']);
  });

  it('gets unusual text, and much of it, byte for byte', async () => {
    const { api, posted } = await scripted();
    const bodies = [unusual, { [unusual]: [unusual, null, -0.5] }, '{"a":1}', unusual.repeat(1e5)];
    for (const body of bodies) await api.post('/v1/leads', { writeKey, body });
    const arrived = posted().map(({ body }) => body.toString());
    // Not as a whole: a difference in megabytes is no message.
    expect(arrived.map((text, at) => text === JSON.stringify(bodies[at]))).toEqual(
      bodies.map(() => true),
    );
  });

  it('is asked for paths as URLs have them', async () => {
    const { api, posted } = await scripted();
    await api.post('/v1/leads/jānis kā?a=b c#d', { writeKey, body: {} });
    await api.post('/v1/a/../../admin/sources', { writeKey, body: {} });
    expect(posted().map(({ target }) => target)).toEqual([
      '/v1/leads/j%C4%81nis%20k%C4%81?a=b%20c',
      '/admin/sources',
    ]);
  });

  it.each([200, 202, 204, 301, 307, 400, 401, 404, 413, 422, 429, 500, 503])(
    'is told as it answers, after one post and nothing else: %i',
    async (status) => {
      const { api, answer, posted } = await scripted();
      await answer(
        status === 301 || status === 307 ? { status, location: '/v1/here' } : { status },
      );
      expect(await api.post('/v1/leads', { writeKey, body: {} })).toBe(status);
      expect(posted().map(({ target }) => target)).toEqual(['/v1/leads']);
    },
  );

  it.each(['breaks off', 'is silent', 'is not there'] as const)(
    'has given no answer when it %s, and may be asked again',
    async (way) => {
      const { api, answer, posted } = await scripted({ timeoutMs: 1_000 });
      await answer(way);
      const call = { writeKey, body: {} };
      await expect(api.post('/v1/leads', call)).rejects.toBeInstanceOf(Error);
      expect(posted()).toHaveLength(way === 'is not there' ? 0 : 1);
      await answer({ status: 202 });
      expect(await api.post('/v1/leads', call)).toBe(202);
    },
  );

  it('is not asked for what is no JSON', async () => {
    const { api, posted } = await scripted();
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const body of [undefined, () => {}, 1n, circle]) {
      const posting = api.post('/v1/leads', { writeKey, body });
      await expect(posting).rejects.toBeInstanceOf(TypeError);
    }
    expect(posted()).toEqual([]);
  });
};

const lead = { messageId: 'm-1', externalId: 'janis', attributes: { city: unusual } };

/** How the local world's own API takes what is posted, on whichever way it comes. */
const describeRoutes = ({ calling }: PublicApiAdapter): void => {
  const opened = async (options: Parameters<typeof aWorld>[0] = {}) => {
    const events: unknown[] = [];
    const world = await aWorld({
      onInvocation: ({ file }, event) => {
        if (file === 'functions/http/public.ts') events.push(event);
      },
      ...options,
    });
    const { table } = world.ports;
    const createdAt = world.now();
    await putSource(table, { id: 'site', name: 'Site', createdAt });
    await addSourceKey(table, { source: 'site', hash: hashWriteKey(writeKey), createdAt });
    const [api, close] = [await calling(world), world[Symbol.asyncDispose]];
    return { world, api, events, [Symbol.asyncDispose]: close };
  };

  it('takes a lead, which is stored as it was written', async () => {
    await using parts = await opened();
    const { world, api } = parts;
    expect(await api.post('/v1/leads', { writeKey, body: lead })).toBe(202);
    await world.settle();
    const { attributes } = await personOf(world, 'janis');
    expect(attributes).toMatchObject({ city: unusual });
  });

  it('hands the function the same event, however it was called', async () => {
    await using parts = await opened();
    const { world, api, events } = parts;
    await api.post('/v1/leads?a=1', { writeKey, body: lead });
    expect(events).toMatchObject([
      {
        version: '2.0',
        rawPath: '/v1/leads',
        rawQueryString: 'a=1',
        headers: {
          authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(JSON.stringify(lead))),
          'user-agent': 'perennial-canary',
          host: new URL(world.settings.publicUrl).host,
        },
        requestContext: { http: { method: 'POST', userAgent: 'perennial-canary' } },
        body: JSON.stringify(lead),
        isBase64Encoded: false,
      },
    ]);
    expect(events).not.toMatchObject([{ headers: { 'x-write-key': expect.anything() } }]);
  });

  it.each([
    [401, 'another’s key', '/v1/leads', { writeKey: 'another', body: lead }],
    [401, 'no key', '/v1/leads', { writeKey: '', body: lead }],
    [401, 'no key but in the user’s place', '/v1/leads', { writeKey: `:${writeKey}`, body: lead }],
    [422, 'a lead of nobody', '/v1/leads', { writeKey, body: { attributes: {} } }],
    [422, 'a text that looks like a lead', '/v1/leads', { writeKey, body: JSON.stringify(lead) }],
    [404, 'what is not there', '/v1/nothing', { writeKey, body: lead }],
    [401, 'what is not public', '/v1/../admin/sources', { writeKey, body: {} }],
    [413, 'more than is taken', '/v1/leads', { writeKey, body: 'x'.repeat(513 * 1024) }],
    [413, 'more than any API takes', '/v1/leads', { writeKey, body: 'x'.repeat(11 * 2 ** 20) }],
  ] as const)('answers %i to %s, and stores nothing', async (status, _, path, call) => {
    await using parts = await opened();
    const { world, api } = parts;
    expect(await api.post(path, call)).toBe(status);
    await world.settle();
    await expect(personOf(world, 'janis')).rejects.toThrow('Nobody is known');
  });

  it('answers 500 when its function fails, as it answers websites', async () => {
    await using parts = await opened({
      around: (row, ports) => {
        if (row.file !== 'functions/http/public.ts') return ports;
        const send = async () => {
          throw new Error('Out of order.');
        };
        return { ...ports, queue: { send } };
      },
    });
    const { world, api } = parts;
    const website = { headers: { 'x-write-key': writeKey }, body: lead };
    const { status } = await world.request('POST', '/v1/leads', website);
    expect(await api.post('/v1/leads', { writeKey, body: lead })).toBe(status);
    expect(status).toBeGreaterThanOrEqual(500);
  });
};
