import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { publicApiAt } from '../../shared/adapters/aws/public-api.ts';
import { EmbeddedPublicApi } from '../../shared/adapters/embedded/public-api.ts';
import { canaryLead } from '../../shared/domain/canary/canary.ts';
import { canaryWriteKey } from '../../shared/flows/canary/canary-key.ts';
import { hashWriteKey } from '../../shared/runtime/http/write-key.ts';
import { putCanaryKey } from '../../shared/stores/sources.ts';
import { canaryEntries } from '../support/canary.ts';
import { localhostCertificate, localhostKey } from '../support/localhost-certificate.ts';
import { aWorld } from '../support/world.ts';
import { type ApiAnswer, type Posted, publicApiSuite } from './public-api-suite.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.unstubAllEnvs();
});

const accepted: ApiAnswer = { status: 202 };

/** A server on a port of this machine, any or a certain one; answers the port. */
async function listening(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => stop(server));
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

const stop = (server: Server): void => {
  server.closeAllConnections();
  server.close();
};

/** Keeps what is posted, and answers. */
function anApi(answer: (response: ServerResponse) => void, secure?: object) {
  const posted: Posted[] = [];
  const open = secure === undefined ? createServer : createSecureServer.bind(undefined, secure);
  const server = open((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url: target = '', headers } = request;
      posted.push({ method, target, headers, body: Buffer.concat(parts) });
      answer(response);
    });
  });
  return { posted, server };
}

publicApiSuite('over a socket', {
  scripted: async (options) => {
    let next: ApiAnswer = accepted;
    const { posted, server } = anApi((response) => {
      if (next === 'is silent') return;
      if (typeof next === 'string') return void response.destroy();
      const { status, location } = next;
      response.writeHead(status, location === undefined ? {} : { location }).end();
    });
    const port = await listening(server);
    return {
      api: publicApiAt(`http://127.0.0.1:${port}`, options),
      answer: async (answer) => {
        next = answer;
        if (answer === 'is not there') stop(server);
        else if (!server.listening) await listening(server, port);
      },
      posted: () => posted,
    };
  },
  calling: async (world) => publicApiAt(await world.listen(0)),
});

publicApiSuite('embedded', {
  scripted: async (options) => {
    const posted: Posted[] = [];
    const api = new EmbeddedPublicApi(options);
    const answer = async (next: ApiAnswer): Promise<void> => {
      if (next === 'is not there') {
        api.onPost = undefined;
        return;
      }
      api.onPost = async ({ body, ...post }) => {
        posted.push({ method: 'POST', ...post, body: Buffer.from(body) });
        if (next === 'breaks off') throw new Error('Broken off.');
        return next === 'is silent' ? new Promise<never>(() => {}) : next.status;
      };
    };
    await answer(accepted);
    return { api, answer, posted: () => posted };
  },
  calling: async ({ ports }) => ports.publicApi,
});

const call = { writeKey: 'a-key', body: { externalId: 'jānis' } };

describe('the public API over a socket', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['is cut short', (response) => response.writeHead(202).write('{', () => response.destroy())],
    ['has no end', (response) => void response.writeHead(202).write('{')],
    [
      'has hints before it',
      (response) => response.writeEarlyHints({ link: '</a>' }, () => response.writeHead(202).end()),
    ],
  ])('has said its status, though its answer %s', async (_, answer) => {
    const { server } = anApi(answer);
    const url = `http://127.0.0.1:${await listening(server)}`;
    expect(await publicApiAt(url).post('/v1/leads', call)).toBe(202);
  });

  it('is waited for no longer when its answer comes in drops', async () => {
    const { server } = anApi((response) => {
      response.socket?.write('HTTP/1.1 202 Accepted\r\n');
      const drops = setInterval(() => response.socket?.write('a: b\r\n'), 20);
      response.on('close', () => clearInterval(drops));
    });
    const url = `http://127.0.0.1:${await listening(server)}`;
    const posting = publicApiAt(url, { timeoutMs: 300 }).post('/v1/leads', call);
    await expect(posting).rejects.toThrow('aborted');
  });

  it('is believed only under its own name', async () => {
    const secure = { cert: localhostCertificate, key: localhostKey };
    const { server, posted } = anApi((response) => response.writeHead(202).end(), secure);
    const api = publicApiAt(`https://localhost:${await listening(server)}`);
    await expect(api.post('/v1/leads', call)).rejects.toThrow('self-signed certificate');
    expect(posted).toEqual([]);
    const trusted = getCACertificates('default');
    stops.push(() => setDefaultCACertificates(trusted));
    setDefaultCACertificates([...trusted, localhostCertificate]);
    expect(await api.post('/v1/leads', call)).toBe(202);
    expect(posted).toHaveLength(1);
  });

  it('takes the lead of the canary', async () => {
    await using world = await aWorld();
    const writeKey = await canaryWriteKey(world.ports.secrets);
    await putCanaryKey(world.ports.table, hashWriteKey(writeKey));
    const url = await world.listen(0);
    const body = canaryLead('2026-11-25T12:00:00Z', world.clock.now());
    expect(await publicApiAt(url).post('/v1/leads', { writeKey, body })).toBe(202);
    await world.settle();
    expect(await canaryEntries(world)).toHaveLength(1);
  });

  it('is where the settings of the deployment say', async () => {
    const { posted, server } = anApi((response) => response.writeHead(202).end());
    const settings = {
      epoch: '1',
      timeZone: 'UTC',
      sender: 'a@example.com',
      publicUrl: `http://127.0.0.1:${await listening(server)}`,
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
