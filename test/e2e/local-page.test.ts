import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { aWorld } from '../support/world.ts';

const startScript = fileURLToPath(new URL('../../infra/commands/start.ts', import.meta.url));

const welcome = {
  id: 'bWVzc2FnZQ',
  to: 'anna@example.com',
  subject: 'Welcome <b>Anna</b>',
  html: '<p>Welcome</p>',
  text: 'Welcome',
  headers: { 'List-Unsubscribe': '<https://example.com/u/1>' },
  tags: { message: 'bWVzc2FnZQ' },
};

describe('the page of the local world', () => {
  it('is whole in itself: nothing is loaded from elsewhere, and its script is sound', async () => {
    await using world = await aListeningWorld();
    const answer = await fetch(`${world.url}/local`);
    const html = await answer.text();
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).not.toMatch(/(?:src|href)\s*=\s*["']?(?:https?:)?\/\/|@import|url\(/i);
    const script = /<script>([\s\S]*)<\/script>/.exec(html)?.[1] ?? '';
    expect(script).toContain('/local/state.json');
    expect(() => new Script(script)).not.toThrow();
    // What was sent goes into the page as text; the email itself into a frame without rights.
    expect(script).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write/);
    expect(script).not.toMatch(/allow-scripts|allow-same-origin/);
  });

  it('shows what was sent, the newest first, with queues, timers and the clock', async () => {
    await using world = await aListeningWorld();
    await world.ports.email.send([welcome]);
    await world.ports.text.send({ id: 'sms-1', to: '+37120000000', text: 'Hello' });
    await world.ports.schedules.putSchedule({
      name: 'march-8',
      when: { at: '2027-03-08T10:00:00', timeZone: 'Europe/Riga' },
      queue: 'runs',
      payload: {},
    });
    const state = await (await fetch(`${world.url}/local/state.json`)).json();
    expect(state).toMatchObject({
      now: '2026-11-25T12:00:00.000Z',
      clock: 'virtual',
      sent: 2,
      messages: [
        { id: 'sms-1', channel: 'sms', text: 'Hello' },
        { id: welcome.id, channel: 'email', subject: welcome.subject },
      ],
      queues: expect.arrayContaining([expect.objectContaining({ name: 'inputs', dead: 0 })]),
      schedules: [expect.objectContaining({ name: 'march-8', nextAt: '2027-03-08T08:00:00.000Z' })],
      nextAt: '2027-03-08T08:00:00.000Z',
    });
  });

  it('lists the outbox for scripts', async () => {
    await using world = await aListeningWorld();
    await world.ports.email.send([welcome]);
    expect(await (await fetch(`${world.url}/local/outbox`)).json()).toEqual([
      { ...welcome, channel: 'email', at: '2026-11-25T12:00:00.000Z' },
    ]);
  });

  it('says what is wrong with a request, as a problem document', async () => {
    await using world = await aListeningWorld();
    const wrong = [
      { path: '/local/clock', body: { advance: 'two hours' }, status: 422, detail: 'PT2H' },
      { path: '/local/clock', body: { advance: '-PT1H' }, status: 422, detail: 'ahead' },
      { path: '/local/clock', body: { forward: 'PT1H' }, status: 422, detail: 'advance' },
      { path: '/local/feedback', body: { message: 'm', type: 'open' }, status: 404, detail: '"m"' },
      { path: '/local/feedback', body: { message: 'm', type: 'x' }, status: 422, detail: 'type' },
      { path: '/local/nothing', body: {}, status: 404, detail: '/local/nothing' },
    ];
    for (const { path, body, status, detail } of wrong) {
      const answer = await post(`${world.url}${path}`, body);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(await answer.json()).toMatchObject({
        status,
        type: 'about:blank',
        detail: expect.stringContaining(detail),
      });
      expect(answer.status).toBe(status);
    }
  });

  it('moves a virtual clock, and says that a real one cannot be moved', async () => {
    await using world = await aListeningWorld();
    const moved = await post(`${world.url}/local/clock`, { advance: 'PT2H' });
    expect(await moved.json()).toEqual({ now: '2026-11-25T14:00:00.000Z' });
    await using real = await aListeningWorld('system');
    expect((await post(`${real.url}/local/clock`, { advance: 'PT2H' })).status).toBe(409);
  });

  it('takes feedback on a message', async () => {
    await using world = await aListeningWorld();
    await world.ports.email.send([welcome]);
    const answer = await post(`${world.url}/local/feedback`, { message: welcome.id, type: 'open' });
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ message: welcome.id });
  });
});

describe('a world on disk', () => {
  it('has its outbox, its schedules and its tokens again after a restart', async () => {
    await using folder = await aFolder();
    const directory = join(folder.path, 'data');
    const first = await aWorld({ directory });
    await first.ports.email.send([welcome]);
    const secret = await first.ports.secrets.get('link-signing');
    await first.close();

    const second = await aWorld({ directory });
    expect(second.outbox().map(({ id }) => id)).toEqual([welcome.id]);
    expect(second.adminToken).toBe(first.adminToken);
    expect(await second.ports.secrets.get('link-signing')).toEqual(secret);
    await second.close();
  });
});

describe('npm start', () => {
  it('refuses what it does not know, with its usage', async () => {
    const wrong = [['--memroy'], ['--clock', 'noon'], ['--time-zone', 'Mars'], ['--country', 'lv']];
    const answers = await Promise.all(wrong.map((args) => start(args)));
    for (const { code, errors } of answers) {
      expect(code).toBe(1);
      expect(errors).toContain('npm start -- [options]');
    }
  });

  it('says in one line that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const { code, errors } = await start(['--memory'], { PORT: port });
    other.close();
    expect(code).toBe(1);
    expect(errors).toContain(`Port ${port} is taken: set PORT to another one`);
    expect(errors).not.toContain('    at ');
  });

  it('says in one line that it cannot write its folder', async () => {
    const { code, errors } = await start(['--memory'], { PORT: '0' }, (folder) =>
      writeFile(join(folder, '.perennial'), 'a file stands where the folder should'),
    );
    expect(code).toBe(1);
    expect(errors).toContain('.perennial/ cannot be written to');
    expect(errors).not.toContain('    at ');
  });
});

describe('npm start, once it listens', () => {
  it('has written what scripts need, takes a lead, and ends when it is told to', async () => {
    await using folder = await aFolder();
    const run = await startAndListen(folder.path, ['--memory', '--empty']);
    const { url, writeKey, adminToken } = run.access;
    const lead = await fetch(`${url}/v1/leads`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-write-key': writeKey },
      body: JSON.stringify({ email: 'anna@example.com' }),
    });
    expect(lead.status).toBe(202);
    const authorization = `Bearer ${adminToken}`;
    const source = await fetch(`${url}/admin/sources/default`, { headers: { authorization } });
    expect(source.status).toBe(200);
    expect(await readdir(join(folder.path, '.perennial'))).toEqual(['world.json']);
    expect(await run.end()).toBe(0);
  });

  it('sends the demo company’s welcome to a lead, and knows its key at the next start', async () => {
    await using folder = await aFolder();
    const args = ['--clock', '2027-03-01T09:00:00Z', '--hostile', '5'];
    const first = await startAndListen(folder.path, args);
    expect(await first.end()).toBe(0);
    const second = await startAndListen(folder.path, args);
    expect(second.access.writeKey).toBe(first.access.writeKey);
    const { url, writeKey } = second.access;
    const lead = {
      email: 'anna@example.com',
      attributes: { firstName: 'Anna' },
      consents: [{ topic: 'offers', channel: 'email', given: true }],
    };
    const headers = { 'x-write-key': writeKey, 'content-type': 'application/json' };
    await vi.waitFor(async () => {
      const body = JSON.stringify({ messageId: 'lead-1', ...lead });
      expect((await fetch(`${url}/v1/leads`, { method: 'POST', headers, body })).status).toBe(202);
    });
    await post(`${url}/local/clock`, { advance: 'P1D' });
    expect(await (await fetch(`${url}/local/outbox`)).json()).toMatchObject([
      { to: 'anna@example.com', subject: 'Welcome, Anna' },
    ]);
    expect(await second.end()).toBe(0);
  });
});

const accessSchema = z.strictObject({
  url: z.url(),
  writeKey: z.string().min(32),
  adminToken: z.string().min(32),
});

async function startAndListen(folder: string, args: readonly string[]) {
  const child = spawn(process.execPath, [startScript, ...args], {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let output = '';
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString();
  });
  await vi.waitFor(() => expect(output).toContain('admin token'), { timeout: 20_000 });
  const written = await readFile(join(folder, '.perennial', 'world.json'), 'utf8');
  return {
    access: accessSchema.parse(JSON.parse(written)),
    end: async () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}

async function aListeningWorld(clock?: string) {
  const world = await aWorld(clock === undefined ? {} : { clock });
  return Object.assign(world, { url: await world.listen(0) });
}

const post = (url: string, body: unknown) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function aFolder() {
  const path = await mkdtemp(join(tmpdir(), 'perennial-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** Runs the command in a folder of its own until it ends by itself. */
async function start(
  args: readonly string[],
  environment: Record<string, string> = {},
  prepare: (folder: string) => Promise<void> = async () => {},
) {
  await using folder = await aFolder();
  await prepare(folder.path);
  const child = spawn(process.execPath, [startScript, ...args], {
    cwd: folder.path,
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...environment },
  });
  let errors = '';
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, errors };
}
