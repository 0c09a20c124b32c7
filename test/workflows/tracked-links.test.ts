import { CompactSign } from 'jose';
import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { messageId } from '../../shared/domain/messaging/message.ts';
import { getContact } from '../../shared/stores/contacts.ts';
import { getProfile } from '../../shared/stores/profiles.ts';
import { aRun, handOver, ledgerOf, reserve, somePeople, timelineOf } from '../support/messaging.ts';
import { ask, modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const html =
  '<p>Hi <a href="https://shop.example/sale?x=1&amp;y=2#top">Sale</a> <a href="https://shop.example/new">New</a> <a href="mailto:a@shop.example">Write</a></p>';

type Options = {
  readonly definition?: object;
  readonly channel?: 'email' | 'sms';
  readonly text?: string;
};

/** A message that has gone out to one person, and where its links lead through. */
async function oneSent(world: World, hostile: number | undefined, options: Options = {}) {
  const { channel = 'email', text, definition = {} } = options;
  const template = channel === 'email' ? { html, ...(text !== undefined && { text }) } : { text };
  const run = await aRun(world, { channel, template, definition: { ...definition } });
  await handOver(world, await reserve(world, run, await somePeople(world, 1)));
  await settled(world, hostile);
  const sent = world.outbox()[0];
  const hrefs = [...(sent?.html ?? '').matchAll(/<a href="([^"]+)"/g)].map(([, href = '']) => href);
  const paths = hrefs.filter((href) => href.includes('/l/')).map((href) => new URL(href).pathname);
  const row = async () => {
    const [only] = await ledgerOf(world, run);
    if (only === undefined) throw new Error('The row is gone.');
    return only;
  };
  return { sent, hrefs, paths, row };
}

/** Long enough for a visit to be judged, also where queues are late. */
const judged = async (world: World, hostile: number | undefined): Promise<void> => {
  await world.settle();
  await world.advance(hostile === undefined ? 'PT20S' : 'PT15M');
};

const clicksOf = async (world: World) =>
  (await timelineOf(world, 'person-0000')).filter(({ type }) => type === 'message.clicked');

describe.each(modes)('a tracked link, hostile %s', (hostile) => {
  it('leads on at once, and the click of a person stands everywhere', async () => {
    await using world = await aWorld({ hostile });
    const { paths, row, hrefs } = await oneSent(world, hostile, {
      definition: { links: { utm: { source: 'news' } } },
    });
    expect(paths).toHaveLength(3);
    expect(hrefs).toContain('mailto:a@shop.example');
    const at = world.now();
    const answer = await ask(world, 'GET', paths[0] ?? '');
    const target =
      'https://shop.example/sale?x=1&y=2&utm_source=news&utm_medium=email&utm_campaign=spring#top';
    expect([answer.status, answer.headers['location']]).toEqual([302, target]);
    expect(answer.headers['cache-control']).toBe('no-store');
    await judged(world, hostile);
    expect(await row()).toMatchObject({ clickedAt: at, visits: [{ link: 1, at }] });
    expect((await row()).automatedClickedAt).toBeUndefined();
    const clicks = await clicksOf(world);
    expect(clicks).toEqual([
      {
        type: 'message.clicked',
        data: expect.objectContaining({ automated: false, link: target }),
      },
    ]);
    expect((await getContact(world.ports.table, 'person-0000')).reactions).toEqual({ email: at });
  });

  it('followed by a scanner, all of them at once, is a click of nobody', async () => {
    await using world = await aWorld({ hostile });
    const { paths, row } = await oneSent(world, hostile);
    const before = await getProfile(world.ports.table, 'person-0000');
    for (const path of paths.slice(0, 2)) await ask(world, 'GET', path);
    await judged(world, hostile);
    expect(await row()).toMatchObject({ clickedAt: undefined });
    expect((await row()).automatedClickedAt).toBeDefined();
    expect(await getProfile(world.ports.table, 'person-0000')).toEqual(before);
  });

  it('that people do not see gives a machine away', async () => {
    await using world = await aWorld({ hostile });
    const { paths, row, sent } = await oneSent(world, hostile);
    const [first = '', , hidden = ''] = paths;
    expect(sent?.text).not.toContain(hidden);
    await ask(world, 'GET', first);
    await world.advance('PT30S');
    expect((await ask(world, 'GET', hidden)).status).toBe(302);
    await judged(world, hostile);
    expect(await row()).toMatchObject({ clickedAt: undefined });
    expect((await row()).automatedClickedAt).toBeDefined();
  });

  it('clicked twice by a slow hand is a person, and stays one when a scanner comes late', async () => {
    await using world = await aWorld({ hostile });
    const { paths, row } = await oneSent(world, hostile);
    const at = world.now();
    await ask(world, 'GET', paths[0] ?? '');
    await world.advance('PT1S');
    await ask(world, 'GET', paths[0] ?? '');
    await judged(world, hostile);
    expect(await clicksOf(world)).toHaveLength(1);
    await world.advance('PT10M');
    for (const path of paths) await ask(world, 'GET', path);
    await judged(world, hostile);
    expect(await row()).toMatchObject({ clickedAt: at });
    expect(Date.parse((await row()).automatedClickedAt ?? '')).toBeGreaterThan(Date.parse(at));
  });

  it('asked for its head alone, or by a known machine, is a click of nobody', async () => {
    await using world = await aWorld({ hostile });
    const { paths, row } = await oneSent(world, hostile);
    expect((await ask(world, 'HEAD', paths[0] ?? '')).status).toBe(302);
    await world.advance('PT1M');
    const headers = { 'user-agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' };
    await ask(world, 'GET', paths[1] ?? '', { headers });
    await judged(world, hostile);
    expect(await row()).toMatchObject({ clickedAt: undefined });
    expect((await row()).automatedClickedAt).toBeDefined();
  });

  it('in a text is short, and works', async () => {
    await using world = await aWorld({ hostile });
    const { sent, row } = await oneSent(world, hostile, {
      channel: 'sms',
      definition: { links: { track: true } },
      text: 'Sale: https://shop.example/a/very/long/path?with=much&in=it. Bye',
    });
    const [, path = ''] =
      /http:\/\/localhost:8787(\/l\/[0-9A-Za-z]{12})\. Bye$/.exec(sent?.text ?? '') ?? [];
    const answer = await ask(world, 'GET', path);
    expect(answer.headers['location']).toBe(
      'https://shop.example/a/very/long/path?with=much&in=it',
    );
    await judged(world, hostile);
    expect((await row()).clickedAt).toBeDefined();
    expect((await getContact(world.ports.table, 'person-0000')).reactions).toHaveProperty('sms');
  });

  it('proves that a message of which nobody knew was sent', async () => {
    await using world = await aWorld({
      hostile,
      announcesEmails: false,
      emailAnswer: (email) => {
        world.embedded.outbox.addEmails([email]);
        throw new Error('The answer is lost.');
      },
    });
    const { paths, row } = await oneSent(world, hostile);
    expect((await row()).state).toBe('unknown');
    await ask(world, 'GET', paths[0] ?? '');
    await judged(world, hostile);
    expect((await row()).state).toBe('accepted');
    const told = (await timelineOf(world, 'person-0000')).map(({ type }) => type);
    expect(told).toEqual(['message.sent', 'message.clicked']);
  });
});

// A queue may be so late that the first visit of a burst is judged alone: the row knows better later.
describe('a scanner, where no queue is late', () => {
  it('is told of as one from the first visit on', async () => {
    await using world = await aWorld();
    const { paths } = await oneSent(world, undefined);
    for (const path of paths.slice(0, 2)) await ask(world, 'GET', path);
    await judged(world, undefined);
    const told = (await clicksOf(world)).map(({ data }) => data['automated']);
    expect(told).toEqual([true, true]);
    expect((await getContact(world.ports.table, 'person-0000')).reactions).toEqual({});
  });
});

describe('the links of a message', () => {
  it('are its own where clicks are not told of, with UTM all the same', async () => {
    await using world = await aWorld();
    const { hrefs, paths } = await oneSent(world, undefined, {
      definition: { links: { track: false, utm: { campaign: 'x' } } },
    });
    expect(paths).toEqual([]);
    expect(hrefs[1]).toBe('https://shop.example/new?utm_medium=email&amp;utm_campaign=x');
  });

  it('lead to the same place in the HTML and in the text, and never away from unsubscribing', async () => {
    await using world = await aWorld();
    const { sent, paths } = await oneSent(world, undefined);
    for (const path of paths.slice(0, 2)) expect(sent?.text).toContain(path);
    const unsubscribe = sent?.headers['List-Unsubscribe']?.slice(1, -1) ?? '?';
    expect(sent?.html).toContain(`href="${unsubscribe}"`);
    expect(sent?.text).toContain(unsubscribe);
  });

  it('lead through here to hosts that the template names and to those of the sender, and to no others', async () => {
    await using world = await aWorld({ settings: { sender: 'Shop <news@mail.shop.example>' } });
    const data = {
      firstName: 'https://evil.example/name',
      site: 'https://evil.example/site',
      path: '.evil.example/path',
      cart: 'https://cart.mail.shop.example/7',
    };
    const site = '<a href="{{ profile.attributes.site }}">';
    const path = '<a href="https://shop.example{{ profile.attributes.path }}">';
    const cart = '<a href="{{ profile.attributes.cart }}">';
    const html = `Hi {{ profile.attributes.firstName }} ${site}1</a>${path}2</a>${cart}3</a><a href="https://shop.example/4">4</a>`;
    const definition = { links: { utm: { campaign: 'x' } } };
    const run = await aRun(world, { channel: 'email', template: { html }, definition });
    const people = await somePeople(world, 1, () => ({ attributes: data }));
    await handOver(world, await reserve(world, run, people));
    await world.settle();
    const [sent] = world.outbox();
    const hrefs = [...(sent?.html ?? '').matchAll(/<a href="([^"]+)"/g)].map(([, href]) => href);
    expect(hrefs.slice(0, 2)).toEqual([data.site, `https://shop.example${data.path}`]);
    const targets: unknown[] = [];
    for (const href of hrefs.slice(2, 4)) {
      const { headers } = await ask(world, 'GET', new URL(href ?? '').pathname);
      targets.push(headers['location']);
    }
    const utm = '?utm_medium=email&utm_campaign=x';
    expect(targets).toEqual([`${data.cart}${utm}`, `https://shop.example/4${utm}`]);
    expect(sent?.text).toContain(data.firstName);
  });

  it('that are too long to be signed are stored', async () => {
    await using world = await aWorld();
    const long = `https://shop.example/?q=${'x'.repeat(1_500)}`;
    const run = await aRun(world, { template: { html: `<a href="${long}">x</a>` } });
    await handOver(world, await reserve(world, run, await somePeople(world, 1)));
    await world.settle();
    const [, path = ''] =
      /href="http:\/\/localhost:8787(\/l\/[0-9A-Za-z]{12})"/.exec(world.outbox()[0]?.html ?? '') ??
      [];
    expect((await ask(world, 'GET', path)).headers['location']).toBe(long);
  });

  it('that nobody made here lead nowhere', async () => {
    await using world = await aWorld();
    const { paths, sent } = await oneSent(world, undefined);
    const path = paths[0] ?? '';
    const [header = '', payload = '', signature = ''] = path.slice('/l/'.length).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = (changes: object): string =>
      Buffer.from(JSON.stringify({ ...claims, ...changes })).toString('base64url');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    const unsubscribe = new URL(sent?.headers['List-Unsubscribe']?.slice(1, -1) ?? '').pathname;
    const ownKey = await world.ports.secrets.get('link-signing');
    const signed = (changes: object) =>
      new CompactSign(Buffer.from(JSON.stringify({ ...claims, ...changes })))
        .setProtectedHeader({ alg: 'HS256' })
        .sign(ownKey);
    // What is signed here for another purpose is no link either.
    expect(`/l/${await signed({})}`).toBe(path);
    const foreign = [
      `/l/${await signed({ aud: 'preview' })}`,
      `/l/${header}.${forged({ u: 'https://evil.example' })}.${signature}`,
      `/l/${none}.${forged({ u: 'https://evil.example' })}.`,
      `/l/${unsubscribe.slice('/u/'.length)}`,
      `${path}=`,
      '/l/evil.example',
      '/l/AAAAAAAAAAAA',
      '/l/x',
    ];
    for (const other of foreign) {
      const answer = await ask(world, 'GET', other);
      expect([other, answer.status, answer.headers['location']]).toEqual([other, 404, undefined]);
      expect(answer.text).toContain('This link is not valid');
    }
    // Nor does a link of a message unsubscribe anybody.
    expect((await ask(world, 'POST', path.replace('/l/', '/u/'))).status).toBe(404);
    await world.advance('PT1M');
    expect(await clicksOf(world)).toEqual([]);
  });

  it('are the same whenever the message is composed', async () => {
    const links = await Promise.all(
      [1, 2].map(async () => {
        await using world = await aWorld();
        // The key of a world in memory is its own: what is signed is compared.
        const { paths, row } = await oneSent(world, undefined);
        const payloads = paths.map((path) =>
          Buffer.from(path.split('.')[1] ?? '', 'base64url').toString(),
        );
        return { payloads, id: messageId(await row()) };
      }),
    );
    expect(links[0]).toEqual(links[1]);
    expect(links[0]?.payloads).toHaveLength(3);
  });
});
