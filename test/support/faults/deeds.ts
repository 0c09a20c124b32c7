import { aCampaignPlan } from './campaign-plans.ts';
import type { Life } from './life.ts';
import { carrier, click, feedback, openApp, stop, withdraw } from './recipients.ts';

const people = [
  'anna',
  'boris',
  'clara',
  'dace',
  'egon',
  'fatma',
  'gita',
  'hans',
  'ivars',
  'juris',
];
const zones = ['Europe/Riga', 'America/Santiago', 'Asia/Kathmandu', 'Pacific/Kiritimati'];

const phoneOf = (name: string): string => `+3712${1_000_000 + people.indexOf(name)}`;

/** Sources, templates and segments, as they stand before the first bad day. */
export async function prepare(life: Life): Promise<void> {
  await life.insist('PUT', '/admin/sources/shop', { name: 'Shop' });
  const { key } = await life.insist('POST', '/admin/sources/shop/keys');
  life.writeKey = String(key);
  for (const name of people.slice(0, 6)) {
    await lead(life, name);
    life.promises.founders.push(name);
  }
  await life.insist('PUT', '/admin/templates/letter', {
    name: 'Letter',
    channel: 'email',
    subject: 'Hello',
    html: '<p>Hello {{ profile.identifiers.email }}</p>',
  });
  const html = '<p>Good day <a href="https://shop.example/a?b=1">shop</a></p>';
  const other = { name: 'Other letter', channel: 'email', subject: 'Good day', html };
  await life.insist('PUT', '/admin/templates/other-letter', other);
  const note = { name: 'Note', channel: 'sms', text: 'Hello' };
  await life.insist('PUT', '/admin/templates/note', note);
  const notice = { name: 'Notice', channel: 'push', title: 'Hello', text: 'There is news' };
  await life.insist('PUT', '/admin/templates/notice', notice);
  const call = { name: 'Call', channel: 'webhook', body: '{"campaign":{{ campaign.id | json }}}' };
  await life.insist('PUT', '/admin/templates/call', call);
  const crm = { name: 'CRM', url: 'https://crm.example.com/hooks' };
  await life.insist('PUT', '/admin/webhooks/crm', crm);
  for (const name of life.promises.founders) await openApp(life, name);
  const rules = {
    everybody: { attribute: 'city', exists: true },
    some: { bucket: { salt: 's', from: 0, to: 60 } },
    few: { bucket: { salt: 'f', from: 0, to: 20 } },
  };
  for (const [id, rule] of Object.entries(rules)) {
    await life.insist('PUT', `/admin/segments/${id}`, { name: id, rule });
  }
  await life.insist('PUT', '/admin/sending-policy', aPolicy(life));
  await life.world.advance('PT30M');
}

/** What holds for all campaigns of this life. */
function aPolicy({ dice, promises }: Life): object {
  if (dice.chance(0.5)) {
    promises.cap = { limit: dice.between(1, 3), ...dice.pick([{ per: 'day' }, { per: 'week' }]) };
  }
  return {
    ...(promises.cap !== undefined && { caps: [{ channel: 'all', ...promises.cap }] }),
    ...(dice.chance(0.2) && { controlGroup: { share: 0.2 } }),
    ...(dice.chance(0.2) && { warmUp: { from: '2026-11-25', curve: [2, 4, 20] } }),
    ...(dice.chance(0.2) && { reputation: { bounces: 0.3, complaints: 0.3, minimum: 3 } }),
  };
}

/** Something happens in the company, chosen by the dice. */
export async function doSomething(life: Life): Promise<void> {
  const { dice } = life;
  await dice.pick(deeds)(life);
  // Some things happen while what came before is still being worked on.
  if (dice.chance(0.7)) await life.world.advance(dice.pick(['PT1M', 'PT7M', 'PT40M', 'PT3H']));
}

async function lead(life: Life, name = life.dice.pick(people)): Promise<void> {
  const { dice } = life;
  const messageId = `lead-${dice.between(1, 1_000_000)}`;
  const body = {
    messageId,
    occurredAt: life.world.now(),
    externalId: name,
    email: `${name}@example.com`,
    phone: phoneOf(name),
    attributes: {
      city: 'Riga',
      ...(dice.chance(0.6) && { timeZone: dice.pick(zones) }),
      [messageId]: true,
    },
    // Who has withdrawn stays withdrawn: nobody gives a permission again in this company.
    ...(!life.promises.leads.has(messageId) && firstConsents(life, name)),
  };
  for (let attempt = 0; attempt < 20; attempt += 1) {
    if ((await life.post('/v1/leads', body)) !== 202) continue;
    life.promises.leads.set(messageId, name);
    return;
  }
}

const firstConsents = (life: Life, name: string): object => {
  if ([...life.promises.leads.values()].includes(name)) return {};
  const channels = life.dice.chance(0.9) ? ['email', 'sms', 'push'] : ['email'];
  return { consents: channels.map((channel) => ({ topic: 'offers', channel, given: true })) };
};

async function track(life: Life): Promise<void> {
  const { dice } = life;
  const body = {
    userId: dice.pick(people),
    event: dice.pick(['Product Added', 'Product Added', 'Order Completed']),
    messageId: `event-${dice.between(1, 1_000_000)}`,
    timestamp: life.world.now(),
    properties: { total: 10, currency: 'EUR' },
  };
  // A client that hears nothing says it again, and one that hears yes may all the same.
  for (let times = dice.between(1, 2); times > 0; times -= 1) await life.post('/v1/track', body);
}

async function launch(life: Life): Promise<void> {
  const { dice, promises } = life;
  const id = `campaign-${life.plans}`;
  life.plans += 1;
  const plan = { name: id, ...aCampaignPlan(dice, life.now) };
  const saved = await life.admin('PUT', `/admin/campaigns/${id}`, plan);
  if (saved.status !== 200) throw new Error(`A plan was refused: ${saved.text}`);
  const { status, text } = await life.admin('POST', `/admin/campaigns/${id}/launch`);
  // A slow provider lets hours pass in between.
  if (status === 422 && text.includes('is past by more than an hour')) return;
  // The dice may leave nobody between those who are meant and those who are not.
  if (status === 409 && text.includes('The audience matches nobody')) return;
  if (status !== 200) throw new Error(`A launch was refused: ${text}`);
  promises.launched.set(id, plan);
}

/** Pauses, resumes, cancels or edits whatever there is; what cannot be is refused. */
async function act(life: Life): Promise<void> {
  const { dice, promises } = life;
  const ids = [...promises.launched.keys()];
  if (ids.length === 0) return;
  const id = dice.pick(ids);
  const action = dice.pick(['pause', 'pause', 'resume', 'resume', 'resume', 'cancel', 'edit']);
  if (action === 'edit') {
    // An ended one becomes a draft: it stays one.
    const changed = { ...promises.launched.get(id), name: 'Another name' };
    await life.admin('PUT', `/admin/campaigns/${id}`, changed);
  } else {
    await life.admin('POST', `/admin/campaigns/${id}/${action}`);
  }
}

/** A queue says something again that it said hours or days ago. */
async function sayAgain(life: Life): Promise<void> {
  const { dice, said } = life;
  const again = dice.some(Math.min(5, said.length), () => dice.pick(said));
  for (const { queue, body } of again) await life.world.embedded.queue.send(queue, [{ body }]);
}

/** What was told on the bus in the last day is told again, by the hand that sets a lost stream right. */
async function publishAgain(life: Life): Promise<void> {
  const to = life.world.now();
  const from = new Date(life.now - dayMs).toISOString();
  await life.world
    .invoke('functions/tracking/republish-timeline.ts', { from, to })
    .catch(() => undefined);
}

const dayMs = 24 * 60 * 60_000;

/** A schedule fires once more, hours after its time. */
async function fireAgain(life: Life): Promise<void> {
  const firings = life.said.filter(
    ({ queue, body }) =>
      queue === 'runs' && typeof body === 'object' && body !== null && 'scheduledAt' in body,
  );
  if (firings.length === 0) return;
  const { queue, body } = life.dice.pick(firings);
  await life.world.embedded.queue.send(queue, [{ body }, { body }]);
}

async function restart(life: Life): Promise<void> {
  if (!life.canRestart) return;
  await life.dice.pick([() => life.restart(), async () => life.backUp(), () => life.putBack()])();
}

const deeds = [
  lead,
  lead,
  track,
  track,
  track,
  launch,
  launch,
  act,
  act,
  act,
  withdraw,
  withdraw,
  feedback,
  feedback,
  carrier,
  click,
  (life: Life) => openApp(life, life.dice.pick(people)),
  (life: Life) => stop(life, phoneOf(life.dice.pick(life.promises.founders))),
  sayAgain,
  publishAgain,
  fireAgain,
  restart,
];

/** Peace: nothing breaks any more, what is held is resumed, and all time passes that anything may wait for. */
export async function comeToAnEnd(life: Life): Promise<void> {
  life.chaos.calm();
  await life.world.settle();
  for (const { queue } of life.world.deadLetters()) life.world.embedded.queue.redrive(queue);
  await life.world.advance('PT1H'); // what they tell may pause a campaign
  for (const id of life.promises.launched.keys()) {
    await life.admin('POST', `/admin/campaigns/${id}/resume`);
  }
  await life.world.advance('PT3H');
  // Recurring ones would go on for ever.
  for (const [id, { schedule }] of life.promises.launched) {
    const isOnce = typeof schedule === 'object' && schedule !== null && 'at' in schedule;
    if (!isOnce) await life.admin('POST', `/admin/campaigns/${id}/cancel`);
  }
  await life.world.advance('P4D');
}
