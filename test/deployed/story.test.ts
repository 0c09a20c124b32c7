import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { inTheMiddle } from './crash-chapters.ts';
import type { DeployedWorld } from './deployed-world.ts';
import { addressOf, buyers, Office, once, people, phoneOf, tenMinutesMs } from './office.ts';
import { byOtherWays } from './other-chapters.ts';
import { refusedRules } from './queue-rights.ts';
import { carrierAnswers, textFromPhone, textsSent } from './texts.ts';
import { failuresOf, troublesOf } from './troubles.ts';

const endpoint = process.env['PERENNIAL_AWS_ENDPOINT'];

/** Every function is bundled first, and the machine may be busy. */
const deployTimeoutMs = 300_000;
vi.setConfig({ testTimeout: 180_000 });

describe.runIf(endpoint !== undefined)('the stack as it is deployed', () => {
  let world: DeployedWorld;
  let office: Office;
  beforeAll(async () => {
    // Where the story is skipped, nobody waits for CDK to load.
    const { deploy } = await import('./deployed-world.ts');
    world = await deploy(endpoint ?? '');
    office = new Office(world);
  }, deployTimeoutMs);
  afterAll(() => world?.close());
  let hasBrokenOff = false;
  beforeEach(({ skip, onTestFailed }) => {
    skip(hasBrokenOff, 'The story broke off before.');
    onTestFailed(() => {
      hasBrokenOff = true;
      console.error(troublesOf(world));
    });
  });
  const here = () => ({ world, office });

  it('lets in who is logged in, and each as far as their group goes', async () => {
    const path = '/admin/topics/offers';
    const body = { name: 'Offers' };
    const ask = async (groups?: readonly string[]) => {
      const request = { method: 'PUT', path, body, ...(groups && { groups }) };
      return (await world.request(request)).status;
    };
    expect([await ask(), await ask(['analyst']), await ask(['admin'])]).toEqual([401, 403, 200]);
  });

  it('accepts leads for a write key that an admin made, and nobody else', async () => {
    const lead = { method: 'POST', path: '/v1/leads', body: { email: addressOf('eve') } };
    const headers = { 'x-write-key': 'wk_guessed' };
    expect((await world.request({ ...lead, headers })).status).toBe(401);
    await office.open();
    await office.template('welcome');
    await office.launch('welcome', { schedule: { on: 'lead.captured' } });
    for (const name of people) await office.lead(name, { phone: phoneOf(name) });
    await world.settle();
    const { identifiers } = await office.done('GET', '/admin/profiles?externalId=anna');
    expect(identifiers).toMatchObject({ email: addressOf('anna'), phone: phoneOf('anna') });
  });

  it('welcomes each of them once: through the stream, the bus, its rule and the queues', async () => {
    expect(await office.received('welcome')).toEqual(once(people));
  });

  it('finds who bought, in a segment made before and recalculated since', async () => {
    const rule = { did: 'Order Completed' };
    await office.done('PUT', '/admin/segments/buyers', { name: 'Buyers', rule });
    for (const name of buyers) await office.track(name, 'Order Completed', { total: 20 });
    await world.settle();
    // The pass over everybody waits until no function that began before can still be writing.
    await world.advance(3 * 60_000);
    expect(await office.done('GET', '/admin/segments/buyers')).toMatchObject({ state: 'ready' });
    expect(await office.members('buyers')).toEqual(buyers);
  });

  it('sends a campaign at its instant, once to each, with the headers of one-click unsubscribing', async () => {
    await office.template('sale');
    const goal = { event: 'Order Completed', within: 'P14D', value: 'total' };
    await office.launchOnce('sale', { goal });
    const stored = (await world.schedules.list()).filter(
      ({ GroupName }) => GroupName !== 'default',
    );
    expect(stored).toEqual([
      expect.objectContaining({
        GroupName: 'Perennial',
        ScheduleExpression: expect.stringMatching(/^at\(/),
        ActionAfterCompletion: 'DELETE',
      }),
    ]);
    await world.settle();
    expect(await office.received('sale')).toEqual({});
    await world.advance(tenMinutesMs);
    expect(await office.received('sale')).toEqual(once(buyers));
    const { headers, html, from, tags, configurationSet } = await office.email('anna', 'sale');
    expect(headers).toEqual({
      'List-Unsubscribe': expect.stringMatching(/^<http:\/\/127\.0\.0\.1:\d+\/u\/[\w.-]+>$/),
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
    expect(html).toContain('/l/');
    expect(from).toBe('Perennial example <news@example.com>');
    expect(tags).toMatchObject({ campaign: 'sale', message: expect.any(String) });
    expect(configurationSet).toMatch(/^Perennial-EmailConfigurationSet/);
  });

  it('hears from SES what became of them, and from its own links who clicked', async () => {
    const [anna, bert, carl] = await Promise.all(buyers.map((name) => office.email(name, 'sale')));
    if (!anna || !bert || !carl) throw new Error('Somebody got nothing.');
    await world.tell(anna, { type: 'delivery' });
    await world.tell(anna, { type: 'open' });
    await world.tell(bert, { type: 'delivery' });
    await world.tell(carl, { type: 'bounce', bounceType: 'Permanent' });
    const link = /href="([^"]+\/l\/[^"]+)"/.exec(bert.html)?.[1] ?? '';
    const browser = {
      'user-agent': 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Firefox/150.0',
    };
    const { pathname } = new URL(link);
    const visit = await world.request({ method: 'GET', path: pathname, headers: browser });
    expect([visit.status, visit.headers['location']]).toEqual([302, 'https://shop.example/sale']);
    await world.settle();
    await world.advance(60_000);
    expect(await office.standing('sale')).toEqual({
      anna: 'delivered',
      bert: 'delivered',
      carl: expect.stringMatching(/^bounced/),
    });
  });

  it('counts in the report what came of it, money included', async () => {
    await office.track('bert', 'Order Completed', { total: 49.5, currency: 'EUR' });
    await world.settle();
    expect(await office.report('sale')).toMatchObject({
      audience: 3,
      states: { delivered: 2, bounced: 1 },
      opens: 1,
      clicks: 1,
      conversions: 1,
      revenue: { EUR: 49.5 },
    });
  });

  it('writes no more to who unsubscribed by one click, nor to an address that bounced', async () => {
    const { headers } = await office.email('anna', 'sale');
    const { pathname } = new URL(headers['List-Unsubscribe']?.slice(1, -1) ?? '');
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = 'List-Unsubscribe=One-Click';
    const post = { method: 'POST', path: pathname, headers: form, body };
    expect((await world.request(post)).status).toBe(200);
    await office.template('again');
    await office.sendOnce('again');
    expect(await office.received('again')).toEqual(once(['bert']));
    expect(await office.standing('again')).toEqual({
      anna: 'withheld(no-consent)',
      bert: 'accepted',
      carl: 'withheld(suppressed)',
    });
  });

  it('sends one text to each phone through SNS, and stops for who answers STOP', async () => {
    await office.template('text', {
      channel: 'sms',
      text: 'Sale!',
      subject: undefined,
      html: undefined,
    });
    const message = { channel: 'sms', template: 'text' };
    await office.sendOnce('text', { message });
    const texts = textsSent(world);
    expect(texts.map(({ to }) => to).toSorted()).toEqual(buyers.map(phoneOf));
    await carrierAnswers(world, texts);
    expect(await office.report('text')).toMatchObject({ states: { delivered: 3 } });
    await textFromPhone(world, { from: phoneOf('carl'), text: 'STOP' });
    await office.sendOnce('text-again', { message });
    expect(await office.standing('text-again')).toMatchObject({
      anna: 'accepted',
      carl: expect.stringMatching(/^withheld/),
    });
    expect(textsSent(world)).toHaveLength(5);
  });

  it('hears its own canary at the other end, whom no report and no campaign knows', async () => {
    const before = (await world.inbox()).length;
    await world.schedules.fireEvery('rate(5 minutes)', world.now());
    await world.settle();
    const { log } = world.lambda('functions/canary/hear-canary.ts');
    expect(log.filter((line) => line.includes('Canary'))).toHaveLength(1);
    expect(await world.inbox()).toHaveLength(before);
  });

  inTheMiddle(here);
  byOtherWays(here);

  it('lets no rule of the bus go to a queue that would turn it away', async () => {
    expect(await refusedRules(world)).toEqual([]);
  });

  it('asks AWS for nothing that the policies of its functions do not allow', () => {
    expect(world.wire.refusals).toEqual([]);
    expect(failuresOf(world)).toEqual([]);
  });

  it('names nobody in its logs', () => {
    const lines = world.lambdas.flatMap(({ log }) => log);
    expect(lines.length).toBeGreaterThan(0);
    const telling = lines.filter((line) =>
      people.some((name) => line.includes(addressOf(name)) || line.includes(phoneOf(name))),
    );
    expect(telling).toEqual([]);
  });
});
