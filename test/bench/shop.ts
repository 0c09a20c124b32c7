import { openWorld, type World, type WorldOptions } from '../../infra/local/world.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Segments as a shop would have them: facts, behaviour in windows, a date. None of them takes a new lead. */
const shopRules: Readonly<Record<string, unknown>> = {
  'riga-regulars': {
    all: [
      { attribute: 'city', equals: 'Riga' },
      { did: 'Order Completed', within: 'P90D', atLeast: 2 },
    ],
  },
  'good-customers': { did: 'Order Completed', sum: 'total', atLeast: 150 },
  'has-gone': {
    all: [
      { did: 'Order Completed', atLeast: 3 },
      { didNot: 'Order Completed', within: 'P180D' },
    ],
  },
  'old-cars': {
    has: 'cars',
    where: [
      { attribute: 'model', equals: '3' },
      { attribute: 'boughtAt', olderThan: 'P4Y' },
    ],
  },
};

/** A world with a source, a topic's consents and a shop's segments. */
export async function aShop(options: Partial<WorldOptions> = {}) {
  const world = await openWorld({ clock: 'system', ...options });
  await admin(world, 'PUT', '/admin/sources/site', { name: 'Site' });
  const { key } = await admin(world, 'POST', '/admin/sources/site/keys');
  for (const [id, rule] of Object.entries(shopRules)) {
    await admin(world, 'PUT', `/admin/segments/${id}`, { name: id, rule });
    await world.settle();
  }
  const headers = { 'x-write-key': String(key) };
  const post = async (path: string, body: Fields): Promise<void> => {
    const answer = await world.request('POST', path, { body, headers });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  };
  /** Posts bodies as a busy site does, so many in flight, and waits until all are worked through. */
  const burst = async (path: string, bodies: readonly Fields[], inFlight = 50): Promise<void> => {
    const rest = bodies.values();
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        for (const body of rest) await post(path, body);
      }),
    );
    await world.settle();
    const [failure] = world.failures();
    if (failure !== undefined) throw new Error('A function failed.', { cause: failure });
  };
  return { world, post, burst, [Symbol.asyncDispose]: () => world.close() };
}

export async function admin(
  world: World,
  method: string,
  path: string,
  body?: unknown,
): Promise<Fields> {
  const answer = await world.request(method, path, { admin: true, body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.json() as Fields; // an object, as every answer
}

/** A new person with one identifier and one consent. */
export const aNewLead = (name: string): Fields => ({
  messageId: `lead-${name}`,
  source: 'spring-landing',
  email: `${name}@example.com`,
  attributes: { firstName: 'Anna', city: 'Riga', birthDate: '1994-03-08', language: 'lv' },
  consents: [{ topic: 'offers', channel: 'email', given: true, text: 'form-v3' }],
  context: {
    page: 'https://shop.example/spring',
    utm: { source: 'search', campaign: 'spring' },
  },
});

/** Launches a one-off email campaign to everybody whose language is `lv`, at a local time of UTC. */
export async function launchOffer(world: World, at: string, id = 'offer'): Promise<void> {
  await admin(world, 'PUT', '/admin/segments/readers', {
    name: 'Readers',
    rule: { attribute: 'language', equals: 'lv' },
  });
  await world.settle();
  await admin(world, 'PUT', '/admin/templates/offer', {
    name: 'Offer',
    channel: 'email',
    subject: 'Hello {{ profile.attributes.firstName }}',
    html: '<p>Hello {{ profile.attributes.firstName }}</p><p><a href="{{ unsubscribeUrl }}">Stop</a></p>',
  });
  await admin(world, 'PUT', `/admin/campaigns/${id}`, {
    name: 'Offer',
    kind: 'marketing',
    topic: 'offers',
    audience: { include: ['readers'] },
    schedule: { at, timeZone: 'UTC' },
    message: { channel: 'email', template: 'offer' },
  });
  await admin(world, 'POST', `/admin/campaigns/${id}/launch`);
}
