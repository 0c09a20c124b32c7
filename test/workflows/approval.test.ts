import { describe, expect, it } from 'vitest';
import { ask, modes, settled } from '../support/modes.ts';
import { aTown, atOne, riga } from '../support/town.ts';

type Town = Awaited<ReturnType<typeof aTown>>;

const hello = { subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' };
const march = {
  name: 'March',
  topic: 'offers',
  audience: riga,
  schedule: atOne,
  message: { channel: 'email', template: 'hello' },
};

/** What one of the marketers does, each with a token of their own. */
const as = (town: Town, admin: string) => async (method: string, path: string, body?: unknown) => {
  const answer = await ask(town.world, method, `/admin/campaigns/${path}`, { admin, body });
  const content = answer.json() as Readonly<Record<string, unknown>>; // an object, as every answer
  return { ...content, status: answer.status };
};

describe.each(modes)('where a second person must approve, hostile %s', (hostile) => {
  const aBoard = async (approval: Readonly<Record<string, unknown>> = {}) => {
    const town = await aTown(hostile);
    await town.template('hello', hello);
    await town.done('PUT', '/admin/sending-policy', { approval });
    return { ...town, mia: as(town, 'mia'), noah: as(town, 'noah') };
  };

  it('a campaign goes out once somebody else than its author has approved it', async () => {
    await using board = await aBoard();
    const { mia, noah } = board;
    expect(await mia('PUT', 'march', march)).toMatchObject({
      approval: { required: true, editedBy: 'mia', approvedBy: null },
    });
    const early = await noah('POST', 'march/launch');
    expect(early).toMatchObject({ status: 409, detail: expect.stringContaining('march/approve') });
    expect(await mia('POST', 'march/approve')).toMatchObject({
      status: 403,
      detail: expect.stringContaining('ask somebody else'),
    });
    const approved = await noah('POST', 'march/approve');
    expect(approved).toMatchObject({ status: 200, approval: { approvedBy: 'noah' } });
    expect(await mia('POST', 'march/launch')).toMatchObject({ status: 200, state: 'scheduled' });
    expect((await noah('POST', 'march/approve')).status).toBe(409);
    await board.world.advance('PT2H');
    await settled(board.world, hostile);
    expect(board.inbox()).toEqual({ anna: 1, boris: 1 });
  });

  it('an edit asks for a new approval, and whoever made it cannot give it', async () => {
    await using board = await aBoard();
    const { mia, noah } = board;
    await mia('PUT', 'march', march);
    await noah('POST', 'march/approve');
    // Saved as it is, nothing is edited.
    expect(await mia('PUT', 'march', march)).toMatchObject({ approval: { approvedBy: 'noah' } });
    const edited = await noah('PUT', 'march', { ...march, name: 'April' });
    expect(edited).toMatchObject({ approval: { editedBy: 'noah', approvedBy: null } });
    expect((await mia('POST', 'march/launch')).status).toBe(409);
    expect((await noah('POST', 'march/approve')).status).toBe(403);
    expect((await mia('POST', 'march/approve')).status).toBe(200);
    expect((await noah('POST', 'march/launch')).status).toBe(200);
  });

  it('a template that is changed after the approval must be approved too', async () => {
    await using board = await aBoard();
    const { mia, noah } = board;
    await mia('PUT', 'march', march);
    await noah('POST', 'march/approve');
    await board.template('hello', { ...hello, subject: 'Something else' });
    const refused = await mia('POST', 'march/launch');
    expect(refused).toMatchObject({ status: 409, detail: expect.stringContaining('"hello"') });
    await noah('POST', 'march/approve');
    expect((await mia('POST', 'march/launch')).status).toBe(200);
  });

  it('whom it is for and where it goes must be approved anew when they are changed', async () => {
    await using board = await aBoard();
    const { mia, noah } = board;
    await mia('PUT', 'march', march);
    await noah('POST', 'march/approve');
    await board.segment('riga', { attribute: 'city', oneOf: ['Riga', 'Oslo'] });
    const widened = await mia('POST', 'march/launch');
    expect(widened).toMatchObject({ status: 409, detail: expect.stringContaining('"riga"') });
    await noah('POST', 'march/approve');
    expect((await mia('POST', 'march/launch')).status).toBe(200);

    await board.done('PUT', '/admin/webhooks/crm', { name: 'CRM', url: 'https://crm.example.com' });
    await board.template('post', {
      channel: 'webhook',
      body: '{}',
      subject: undefined,
      html: undefined,
    });
    const message = { channel: 'webhook', template: 'post', endpoint: 'crm' };
    await mia('PUT', 'april', { ...march, name: 'April', message });
    await noah('POST', 'april/approve');
    await board.done('PUT', '/admin/webhooks/crm', {
      name: 'CRM',
      url: 'https://evil.example.com',
    });
    const diverted = await mia('POST', 'april/launch');
    expect(diverted).toMatchObject({ status: 409, detail: expect.stringContaining('"crm"') });
  });

  it('whoever wrote its words, or whom it is for, cannot approve it either', async () => {
    await using board = await aBoard();
    const { mia, noah } = board;
    const asNoah = (path: string, body: unknown) =>
      ask(board.world, 'PUT', `/admin/${path}`, { admin: 'noah', body });
    await mia('PUT', 'march', march);
    const words = { name: 'hello', channel: 'email', ...hello, subject: 'What nobody else reads' };
    expect((await asNoah('templates/hello', words)).status).toBe(200);
    expect(await noah('POST', 'march/approve')).toMatchObject({
      status: 403,
      detail: 'You wrote template "hello" as it stands: ask somebody else to approve.',
    });
    await board.template('hello', hello);
    const rule = { attribute: 'city', oneOf: ['Riga', 'Oslo'] };
    expect((await asNoah('segments/riga', { name: 'Riga', rule })).status).toBe(200);
    await settled(board.world, hostile);
    expect(await noah('POST', 'march/approve')).toMatchObject({
      status: 403,
      detail: expect.stringContaining('segment "riga"'),
    });
    expect((await as(board, 'olga')('POST', 'march/approve')).status).toBe(200);
  });

  it('small campaigns go without, when only large ones need it', async () => {
    await using board = await aBoard({ aboveAudience: 2 });
    const { mia, noah } = board;
    await mia('PUT', 'march', march);
    expect(await mia('GET', 'march')).toMatchObject({ approval: { required: null } });
    expect(await mia('POST', 'march/preflight')).toMatchObject({ approval: { required: false } });
    expect((await mia('POST', 'march/launch')).status).toBe(200);
    await board.lead('rita', { attributes: { city: 'Riga' } });
    await mia('PUT', 'april', { ...march, name: 'April' });
    expect(await mia('POST', 'april/preflight')).toMatchObject({
      ok: true,
      approval: { required: true },
      warnings: expect.arrayContaining([expect.stringContaining('second person')]),
    });
    expect((await mia('POST', 'april/launch')).status).toBe(409);
    await noah('POST', 'april/approve');
    expect((await mia('POST', 'april/launch')).status).toBe(200);
  });

  it('a campaign that has ended is approved anew before it goes out again', async () => {
    await using board = await aBoard();
    const { mia, noah } = board;
    await mia('PUT', 'march', march);
    await noah('POST', 'march/approve');
    await mia('POST', 'march/launch');
    await mia('POST', 'march/cancel');
    const again = await mia('PUT', 'march', march);
    expect(again).toMatchObject({ state: 'draft', approval: { approvedBy: null } });
    expect((await mia('POST', 'march/launch')).status).toBe(409);
  });
});

describe('the local world', () => {
  it('makes a second marketer for whoever has a token, and for nobody else', async () => {
    await using town = await aTown(undefined);
    const path = '/local/token';
    const body = { name: 'noah' };
    expect((await town.world.request('POST', path, { body })).status).toBe(401);
    const made = await town.world.request('POST', path, { body, admin: true });
    const { token } = made.json() as { token: string }; // as the route answers
    const headers = { authorization: `Bearer ${token}` };
    await town.campaign('march', march);
    const answer = await town.world.request('POST', '/admin/campaigns/march/approve', { headers });
    expect(answer.json()).toMatchObject({
      approval: { required: false, editedBy: 'local-admin', approvedBy: 'noah' },
    });
  });
});
