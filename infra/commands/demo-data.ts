import * as z from 'zod';
import type { World } from '../local/world.ts';

/** What the seeding asks of the world: its own HTTP API, nothing else. */
export type AdminApi = Pick<World, 'request'>;

const keySchema = z.object({ key: z.string() });

/** Makes a source and a write key for it. */
export async function makeSource(api: AdminApi, id: string, name: string): Promise<string> {
  await call(api, 'PUT', `/admin/sources/${id}`, { name });
  return keySchema.parse(await call(api, 'POST', `/admin/sources/${id}/keys`)).key;
}

/** Whether an earlier start has left the demo data. */
export const hasDemo = async (api: AdminApi): Promise<boolean> =>
  (await patiently(api, 'GET', '/admin/campaigns/welcome')).status === 200;

/** A small company to look at: whoever leaves their address on its site gets an email. */
export async function seedDemo(api: AdminApi): Promise<void> {
  await call(api, 'PUT', '/admin/topics/offers', { name: 'Offers and news' });
  await call(api, 'PUT', '/admin/segments/reachable-by-email', {
    name: 'People who left an email address',
    rule: { attribute: 'email', exists: true },
  });
  await call(api, 'PUT', '/admin/segments/riga', {
    name: 'People in Riga',
    rule: { attribute: 'city', equals: 'Riga' },
  });
  await call(api, 'PUT', '/admin/templates/welcome', welcomeTemplate);
  await call(api, 'PUT', '/admin/campaigns/welcome', {
    name: 'Welcome',
    kind: 'marketing',
    topic: 'offers',
    schedule: { on: 'lead.captured', repeat: 'each' },
    message: { channel: 'email', template: 'welcome' },
  });
  await call(api, 'POST', '/admin/campaigns/welcome/launch');
}

/** A lead who agreed to offers by email: the first message in the inbox. */
export const demoLead = {
  email: 'anna@example.com',
  attributes: { firstName: 'Anna', city: 'Riga' },
  consents: [{ topic: 'offers', channel: 'email', given: true, text: 'form-v1' }],
};

const welcomeTemplate = {
  name: 'Welcome',
  channel: 'email',
  subject: 'Welcome, {{ profile.attributes.firstName | default: "there" }}',
  html: `<div style="font:16px/1.6 system-ui,sans-serif;max-width:560px;margin:0 auto;padding:32px 24px;color:#1d2420">
  <h1 style="font-size:24px;margin:0 0 16px">Welcome, {{ profile.attributes.firstName | default: "there" }}</h1>
  <p>Thank you for leaving your address. From now on you hear first when something new arrives.</p>
  <p style="color:#667068;font-size:13px;margin-top:40px">You get this because you agreed to offers by email.
  <a href="{{ unsubscribeUrl }}" style="color:#667068">Unsubscribe</a></p>
</div>`,
  text: `Welcome, {{ profile.attributes.firstName | default: "there" }}

Thank you for leaving your address. From now on you hear first when something new arrives.

You get this because you agreed to offers by email. Unsubscribe: {{ unsubscribeUrl }}`,
};

async function call(api: AdminApi, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await patiently(api, method, path, body);
  if (answer.status >= 300) {
    throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
  }
  return answer.text === '' ? undefined : answer.json();
}

/** A hostile world throttles; what is answered 503 was not accepted and may be asked again. */
async function patiently(api: AdminApi, method: string, path: string, body?: unknown) {
  const ask = () => api.request(method, path, { admin: true, body });
  let answer = await ask();
  for (let tries = 1; answer.status === 503 && tries < 20; tries += 1) answer = await ask();
  return answer;
}
