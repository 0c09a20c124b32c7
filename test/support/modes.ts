import type { World } from '../../infra/local/world.ts';
import type { RequestOptions, WorldAnswer } from '../../infra/local/world-request.ts';

/** A calm world, and the seeds of hostile ones; `HOSTILE=7,8` tries others instead. */
export const modes: readonly (number | undefined)[] = [
  undefined,
  ...(process.env['HOSTILE'] ?? '2,3').split(',').map(Number),
];

/** Until nothing waits; what a hostile world put off is taken up within minutes. */
export async function settled(world: World, hostile: number | undefined): Promise<void> {
  await world.settle();
  if (hostile !== undefined) await world.advance('PT15M');
}

const brokenStatus = 500;
const maxTries = 20;

/** As every client does: what broke, or was too busy, is asked again. */
export async function ask(
  world: World,
  method: string,
  path: string,
  options?: RequestOptions,
): Promise<WorldAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await world.request(method, path, options);
    if (answer.status < brokenStatus || attempt === maxTries) return answer;
  }
}
