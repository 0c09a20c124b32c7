import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { makeSource } from '../../infra/commands/demo-data.ts';
import { type PlannedLead, plannedLeads } from '../../infra/load/plan.ts';
import { type PostedLead, postLeads } from '../../infra/load/post-leads.ts';
import { proofOf } from '../../infra/load/proof.ts';
import { closeServer, listenOn } from '../../infra/local/http-server.ts';
import { aWorld } from '../support/world.ts';

/** Two hundred leads at once: what matters here is what becomes of them, not when. */
const leads = (): readonly PlannedLead[] =>
  [...plannedLeads({ rate: 100, burst: 100, minutes: 0.033, seed: 7 })].map((lead) => ({
    ...lead,
    atMs: 0,
  }));

const aSite = async (options: Parameters<typeof aWorld>[0] = {}) => {
  const world = await aWorld(options);
  await world.request('PUT', '/admin/topics/offers', { admin: true, body: { name: 'Offers' } });
  const writeKey = await makeSource(world, 'site', 'Site');
  const url = await world.listen(0);
  const proof = async (posted: readonly PostedLead[]) => {
    await world.settle();
    return proofOf(world.ports.table, posted);
  };
  return { world, url, writeKey, proof };
};

/** What a gateway between the websites and the system does with the posts it passes on. */
type Passing = {
  readonly body: string;
  readonly pass: (body: string) => Promise<number>;
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer); // a request's body comes as bytes
  return Buffer.concat(parts).toString();
};

/** A gateway in front of the system. */
const aGateway = async (
  { url, writeKey }: { readonly url: string; readonly writeKey: string },
  gate: (passing: Passing) => Promise<number>,
) => {
  const headers = { 'content-type': 'application/json', 'x-write-key': writeKey };
  const pass = async (body: string) =>
    (await fetch(new URL('/v1/leads', url), { method: 'POST', headers, body })).status;
  const server = createServer((request, response) => {
    // A GET only opens a connection.
    const answer = async () =>
      request.method === 'POST' ? gate({ body: await bodyOf(request), pass }) : 200;
    void answer().then((status) => response.writeHead(status).end());
  });
  const port = await listenOn(server, 0);
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => closeServer(server) };
};

describe('a load of leads', () => {
  it.each([undefined, 11])(
    'is carried: nothing is lost, nothing is twice, repeats are recorded once (hostile: %s)',
    async (hostile) => {
      const { world, url, writeKey, proof } = await aSite({ hostile });
      await using _ = world;
      const planned = leads();
      const posted = await postLeads(planned, { url, writeKey });
      expect(posted).toHaveLength(planned.length);
      const accepted = posted.filter(({ status }) => status === 202);
      expect(accepted.length).toBeGreaterThan(planned.length / 2);
      const ids = new Set(accepted.map(({ messageId }) => messageId));
      const people = new Set(accepted.map(({ person }) => person));
      expect(ids.size).toBeLessThan(accepted.length);
      expect(people.size).toBeLessThan(ids.size);
      expect(await proof(posted)).toEqual({
        people: people.size,
        leads: ids.size,
        lost: [],
        doubled: [],
        strange: [],
      });
    },
  );
});

describe('a system that does not carry its load', () => {
  it('is found out when it accepts a lead and loses it', async () => {
    const site = await aSite();
    await using _ = site.world;
    const lost = once(leads())[60]?.messageId ?? '';
    await using gateway = await aGateway(site, async ({ body, pass }) =>
      body.includes(`"${lost}"`) ? 202 : pass(body),
    );
    const posted = await postLeads(leads(), { ...site, url: gateway.url });
    expect(await site.proof(posted)).toMatchObject({ lost: [lost], doubled: [], strange: [] });
  });

  it('is found out when it records a lead twice', async () => {
    const site = await aSite();
    await using _ = site.world;
    const twice = once(leads())[60]?.messageId ?? '';
    await using gateway = await aGateway(site, async ({ body, pass }) => {
      const { messageId, ...lead } = JSON.parse(body);
      if (messageId === twice) await pass(JSON.stringify(lead));
      return pass(body);
    });
    const posted = await postLeads(leads(), { ...site, url: gateway.url });
    expect(await site.proof(posted)).toMatchObject({ lost: [], doubled: [twice], strange: [] });
  });

  it('is found out when it gives a lead to somebody else, or keeps what it refused', async () => {
    const site = await aSite();
    await using _ = site.world;
    const [given = '', kept = ''] = once(leads())
      .slice(60, 62)
      .map(({ messageId }) => messageId);
    await using gateway = await aGateway(site, async ({ body, pass }) => {
      if (body.includes(`"${kept}"`)) return (await pass(body)) + 200;
      if (!body.includes(`"${given}"`)) return pass(body);
      return pass(
        JSON.stringify({ ...JSON.parse(body), externalId: 'other', email: 'o@x.example' }),
      );
    });
    const posted = await postLeads(leads(), { ...site, url: gateway.url });
    const { strange, ...rest } = await site.proof(posted);
    expect(rest).toMatchObject({ lost: [], doubled: [] });
    expect(new Set(strange)).toEqual(new Set([given, kept]));
  });
});

/** Leads that no other one repeats. */
const once = (all: readonly PlannedLead[]): readonly PlannedLead[] =>
  all.filter(({ messageId }) => all.filter((lead) => lead.messageId === messageId).length === 1);
