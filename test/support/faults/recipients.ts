import type { Life } from './life.ts';

/** Some click on unsubscribe in an email. */
export async function withdraw(life: Life): Promise<void> {
  const emails = life.outbox().filter(({ channel }) => channel === 'email');
  if (emails.length === 0) return;
  for (const { headers, to } of life.dice.some(2, () => life.dice.pick(emails))) {
    await unsubscribe(life, headers, to);
  }
}

async function unsubscribe(
  life: Life,
  headers: Readonly<Record<string, string>>,
  to: string,
): Promise<void> {
  const path = /\/u\/[^>]+/.exec(headers['List-Unsubscribe'] ?? '')?.[0];
  if (path === undefined) throw new Error('A marketing email has no link to unsubscribe.');
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
    const { status } = await life.world.request('POST', path, { body });
    if (status !== 200) continue;
    const known = life.promises.withdrawn.get(to);
    if (known === undefined) life.promises.withdrawn.set(to, life.now);
    return;
  }
}

/** The provider tells of an email, once or twice, soon or late. */
export async function feedback(life: Life): Promise<void> {
  const { dice } = life;
  const emails = life.outbox().filter(({ channel }) => channel === 'email');
  if (emails.length === 0) return;
  const types = ['delivery', 'delivery', 'open', 'click', 'bounce', 'complaint'] as const;
  const message = dice.pick(emails).id;
  const type = dice.pick(types);
  for (let times = dice.between(1, 2); times > 0; times -= 1) {
    await life.world.feedback({ message, type });
  }
}

/** The carrier tells of an SMS, once or twice. */
export async function carrier(life: Life): Promise<void> {
  const { dice } = life;
  const texts = life.outbox().filter(({ channel }) => channel === 'sms');
  if (texts.length === 0) return;
  const message = dice.pick(texts).id;
  const type = dice.pick(['delivery', 'failure'] as const);
  for (let times = dice.between(1, 2); times > 0; times -= 1) {
    await life.world.feedback({ message, type });
  }
}

/** Somebody follows a link, or a machine does. */
export async function click(life: Life): Promise<void> {
  const links = life.outbox().flatMap(({ html }) => html.match(/\/l\/[^"]+/g) ?? []);
  if (links.length === 0) return;
  const { dice } = life;
  for (const link of dice.some(dice.between(1, 3), () => dice.pick(links))) {
    await life.world.request('GET', link);
  }
}

/** The app says on which device it is opened: each person has two. */
export async function openApp(life: Life, name: string): Promise<void> {
  const device = life.dice.between(1, 2);
  const token = `${name}-token-${device}`;
  const body = {
    userId: name,
    event: 'Application Opened',
    messageId: `open-${life.dice.between(1, 1_000_000)}`,
    timestamp: life.world.now(),
    context: { device: { id: `${name}-${device}`, token, type: 'ios' } },
  };
  await life.post('/v1/track', body);
}

/** How long what people text may be on its way. */
const readWithin = 'PT1H';

/** Somebody texts STOP; the promise holds from when their profile says so. */
export async function stop(life: Life, from: string): Promise<void> {
  const id = `text-${life.dice.between(1, 1_000_000)}`;
  for (let times = life.dice.between(1, 2); times > 0; times -= 1) {
    await life.admin('POST', '/local/texts', { from, text: 'STOP', id });
  }
  await life.world.advance(readWithin);
  if (await life.hasStopped(from)) {
    if (!life.promises.withdrawn.has(from)) life.promises.withdrawn.set(from, life.now);
  }
}
