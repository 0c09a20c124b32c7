import { describe, expect, it, vi } from 'vitest';
import { Invocations, type LoadedFunction } from '../../infra/local/invocations.ts';
import { aRow } from '../support/workshop.ts';
import { aWorld } from '../support/world.ts';

// Tests are silent; this one is about what is said.
vi.hoisted(() => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'WARN';
});

// About the machinery itself, not about what functions make of its misfortunes.
describe('the log of the local world', () => {
  it('tells which function wrote each line, though several run at the same time', async () => {
    await using world = await aWorld();
    const { lambdaFunction } = await import('../../shared/runtime/lambda-function.ts');
    const { logger } = await import('../../shared/runtime/observability.ts');
    const lines: unknown[] = [];
    const keep = (line: unknown): void => void lines.push(JSON.parse(String(line)));
    const spy = vi.spyOn(logger['console'], 'warn').mockImplementation(keep);
    const aFunction = (name: string, pauseMs: number): LoadedFunction => ({
      row: aRow(`functions/probe/${name}.ts`, { kind: 'invoke' }),
      call: lambdaFunction(async () => {
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        logger.warn(name);
      }).in(world.ports),
    });
    const invocations = new Invocations();
    const all = [aFunction('slow', 20), aFunction('quick', 5), aFunction('at-once', 0)];
    await Promise.all(all.map((one) => invocations.start(one, {})));
    spy.mockRestore();
    expect(lines).toMatchObject([
      { message: 'at-once', function_name: expect.stringContaining('at-once') },
      { message: 'quick', function_name: expect.stringContaining('quick') },
      { message: 'slow', function_name: expect.stringContaining('slow') },
    ]);
  });
});
