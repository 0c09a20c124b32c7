import { openWorld } from '../../infra/local/world.ts';
import { clock, passOverAll } from './stored-people.ts';

/** A process of its own that passes once over the people stored in a folder, and tells how far it grew. */

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('Name the folder with the stored people.');
const world = await openWorld({ clock, directory });
const toMb = (bytes: number): number => bytes / 2 ** 20;
const before = process.memoryUsage.rss();
let peak = before;
const look = (): void => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
const watch = setInterval(look, 20);
await passOverAll(world, 'nowhere-at-all');
clearInterval(watch);
look();
await world.close();
process.stdout.write(`${JSON.stringify({ growthMb: toMb(peak - before), totalMb: toMb(peak) })}\n`);
