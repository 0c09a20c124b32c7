import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { publicApiAt } from '../../shared/adapters/aws/public-api.ts';
import { canaryWriteKey } from '../../shared/flows/canary/canary-key.ts';
import { hashWriteKey } from '../../shared/runtime/http/write-key.ts';
import { putCanaryKey } from '../../shared/stores/sources.ts';
import { canaryEntries } from '../support/canary.ts';
import { aWorld } from '../support/world.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.unstubAllEnvs();
});

const call = { writeKey: 'a-key', body: { externalId: 'jānis' } };

async function anApi(answer: (response: ServerResponse) => void) {
  const posted: { path: string; method: string; body: string; key: string; type: unknown }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      const { authorization = '', 'content-type': type } = request.headers;
      const key = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
      posted.push({ path: request.url ?? '', method: request.method ?? '', body, key, type });
      answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return { posted, url: `http://127.0.0.1:${port}` };
}

describe('the public API as it is called from outside', () => {
  it('gets what a website would post, and its status is told', async () => {
    const { url, posted } = await anApi((response) => response.writeHead(202).end('{}'));
    expect(await publicApiAt(url).post('/v1/leads', call)).toBe(202);
    expect(posted).toEqual([
      {
        path: '/v1/leads',
        method: 'POST',
        body: '{"externalId":"jānis"}',
        key: 'a-key:',
        type: 'application/json',
      },
    ]);
  });

  it.each([401, 429, 503])('tells a %s as it is, and does not call again', async (status) => {
    const { url, posted } = await anApi((response) => response.writeHead(status).end('no'));
    expect(await publicApiAt(url).post('/v1/leads', call)).toBe(status);
    expect(posted).toHaveLength(1);
  });

  it('is not waited for longer than it may take itself', async () => {
    const { url } = await anApi(() => {});
    await expect(publicApiAt(url, { timeoutMs: 50 }).post('/v1/leads', call)).rejects.toThrow(
      'aborted',
    );
  });

  it('that is not there is no status', async () => {
    const { url } = await anApi(() => {});
    for (const stop of stops.splice(0)) stop();
    await expect(publicApiAt(url).post('/v1/leads', call)).rejects.toThrow('ECONNREFUSED');
  });

  it('takes the lead of the canary over a socket too', async () => {
    await using world = await aWorld();
    const writeKey = await canaryWriteKey(world.ports.secrets);
    await putCanaryKey(world.ports.table, hashWriteKey(writeKey));
    const url = await world.listen(0);
    const { canaryLead } = await import('../../shared/domain/canary/canary.ts');
    const body = canaryLead('2026-11-25T12:00:00Z', world.clock.now());
    expect(await publicApiAt(url).post('/v1/leads', { writeKey, body })).toBe(202);
    await world.settle();
    expect(await canaryEntries(world)).toHaveLength(1);
  });

  it('is where the settings of the deployment say', async () => {
    const { url, posted } = await anApi((response) => response.writeHead(202).end());
    const settings = {
      epoch: '1',
      timeZone: 'UTC',
      sender: 'a@example.com',
      publicUrl: url,
      rulesSettleSeconds: 1,
    };
    vi.stubEnv('PERENNIAL_SETTINGS', JSON.stringify(settings));
    vi.stubEnv('PERENNIAL_PUBLIC_API', '{}');
    const { awsPorts } = await import('../../shared/runtime/aws-ports.ts');
    const { publicApi } = awsPorts();
    expect(await publicApi.post('/v1/leads', call)).toBe(202);
    expect(posted).toHaveLength(1);
  });
});
