import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock, VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { createHostility } from '../../shared/adapters/embedded/hostility.ts';
import { systemIds } from '../../shared/adapters/embedded/ids.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { clockSuite } from './clock-suite.ts';
import { idsSuite } from './ids-suite.ts';

const start = Date.UTC(2027, 2, 8, 10);

clockSuite('the machine’s', systemClock);
clockSuite('virtual', () => new VirtualClock(start));

idsSuite('by chance', systemIds);
idsSuite('by the dice of a hostile world', (clock) => {
  const hostility = createHostility(7);
  const diced = (count: number) =>
    Buffer.from(Array.from({ length: count }, () => hostility.integer(256)));
  return systemIds(clock, diced);
});

describe('on AWS', () => {
  let ports: Pick<Ports, 'clock' | 'ids'>;

  beforeAll(async () => {
    const settings = {
      epoch: '1',
      timeZone: 'UTC',
      sender: 'a@example.com',
      publicUrl: 'https://api.example.com',
      rulesSettleSeconds: 1,
    };
    vi.stubEnv('PERENNIAL_SETTINGS', JSON.stringify(settings));
    const { awsPorts } = await import('../../shared/runtime/aws-ports.ts');
    ports = awsPorts();
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  clockSuite('a function’s', () => ports.clock);

  it('ids are of the time that the function’s clock tells', async () => {
    const { decodeTime } = await import('ulid');
    const before = ports.clock.now();
    const made = decodeTime(ports.ids.next());
    expect(made).toBeGreaterThanOrEqual(before);
    expect(made).toBeLessThanOrEqual(ports.clock.now());
  });
});

describe('a virtual clock', () => {
  it('stands still until it is set', () => {
    const clock = new VirtualClock(start);
    expect(clock.now()).toBe(start);
    clock.set(start + 1);
    expect(clock.now()).toBe(start + 1);
  });

  it('never goes backwards', () => {
    const clock = new VirtualClock(start);
    expect(() => clock.set(start - 1)).toThrow(RangeError);
    expect(() => clock.set(Number.NaN)).toThrow(RangeError);
    expect(clock.now()).toBe(start);
  });
});
