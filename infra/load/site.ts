/**
 * The system under load, in a process of its own: a world on disk behind a socket. Forked with the
 * folder of its data; answers each message with how it is, and ends with whoever forked it.
 */
import { queueNames } from '../../shared/ports/queue.ts';
import { makeSource } from '../commands/demo-data.ts';
import { openWorld, type World } from '../local/world.ts';
import type { SiteAccess, SiteState } from './site-process.ts';

const [directory = ''] = process.argv.slice(2);

const world = await openWorld({
  clock: 'system',
  directory,
  onFailure: ({ file, error }) => console.error(`${file} failed: ${error}`),
});
const url = await world.listen(0);
const writeKey = await prepare(world);
process.on('message', (message) => {
  if (message === 'end') {
    void end();
    return;
  }
  if (message === 'collected') globalThis.gc?.();
  process.send?.(stateOf(world));
});
process.on('disconnect', () => void end());
process.send?.({ url, writeKey } satisfies SiteAccess);

/** What a small company has: a topic of consent, and segments that every lead is held against. */
async function prepare(api: Pick<World, 'request'>): Promise<string> {
  const put = async (path: string, body: object): Promise<void> => {
    const answer = await api.request('PUT', path, { admin: true, body });
    if (answer.status >= 300) throw new Error(`PUT ${path} answered ${answer.text}`);
  };
  await put('/admin/topics/offers', { name: 'Offers' });
  await put('/admin/segments/riga', {
    name: 'People in Riga',
    rule: { attribute: 'city', equals: 'Riga' },
  });
  await put('/admin/segments/reachable', {
    name: 'People with an address',
    rule: { attribute: 'email', exists: true },
  });
  return makeSource(api, 'site', 'Site');
}

function stateOf({ embedded, failures }: World): SiteState {
  const counts = embedded.queue.counts();
  const sum = (kinds: readonly ('ready' | 'delayed' | 'inFlight' | 'dead')[]): number =>
    queueNames
      .flatMap((name) => kinds.map((kind) => counts[name][kind]))
      .reduce((total, count) => total + count, 0);
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    waiting: sum(['ready', 'delayed', 'inFlight']),
    dead: sum(['dead']),
    failures: failures().length,
    rssBytes: rss,
    heapBytes: heapUsed,
    cpuMs: (user + system) / 1000,
  };
}

let isEnding = false;
async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await world.settle();
  await world.close();
  process.exit(0);
}
