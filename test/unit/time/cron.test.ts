import { describe, expect, it } from 'vitest';
import { type Cron, nextFiring, parseCron } from '../../../shared/domain/time/cron.ts';

/** A Monday. */
const now = Date.UTC(2027, 2, 8, 10);

const read = (expression: string): Cron => {
  const result = parseCron(expression, now);
  if (!result.ok) throw new Error(result.message);
  return result.cron;
};

const firings = (expression: string, timeZone: string, after: string, count: number) => {
  const cron = read(expression);
  const found: string[] = [];
  for (let last = Date.parse(after); found.length < count; ) {
    const next = nextFiring(cron, last, timeZone);
    if (next === undefined) return found;
    found.push(new Date(next).toISOString().slice(0, 16));
    last = next;
  }
  return found;
};

describe('a cron schedule', () => {
  it.each([
    ['0 10 * * ? *', ['2027-03-09T10:00', '2027-03-10T10:00']],
    ['15 12 * * ? *', ['2027-03-08T12:15', '2027-03-09T12:15']],
    ['0 18 ? * MON-FRI *', ['2027-03-08T18:00', '2027-03-09T18:00']],
    ['0 8 1 * ? *', ['2027-04-01T08:00', '2027-05-01T08:00']],
    ['0/15 * * * ? *', ['2027-03-08T10:15', '2027-03-08T10:30']],
    ['1/10 10 * * ? *', ['2027-03-08T10:01', '2027-03-08T10:11']],
    ['0 10 ? * 1 *', ['2027-03-14T10:00', '2027-03-21T10:00']],
    ['0 10 ? * 7 *', ['2027-03-13T10:00', '2027-03-20T10:00']],
    ['0 10 ? * L *', ['2027-03-13T10:00', '2027-03-20T10:00']],
    ['0 10 ? * 6L *', ['2027-03-26T10:00', '2027-04-30T10:00']],
    ['0 10 ? * 3#2 *', ['2027-03-09T10:00', '2027-04-13T10:00']],
    ['0 10 L * ? *', ['2027-03-31T10:00', '2027-04-30T10:00']],
    ['0 10 LW * ? *', ['2027-03-31T10:00', '2027-04-30T10:00']],
    ['0 10 15W * ? *', ['2027-03-15T10:00', '2027-04-15T10:00']],
    ['0 10 8 MAR,SEP ? 2027-2028', ['2027-09-08T10:00', '2028-03-08T10:00']],
    ['0 10 29 2 ? *', ['2028-02-29T10:00', '2032-02-29T10:00']],
  ])('%s fires when EventBridge fires it', (expression, expected) => {
    expect(firings(expression, 'UTC', '2027-03-08T10:00:00.500Z', 2)).toEqual(expected);
  });

  it('is planned strictly after the instant it is asked for', () => {
    expect(firings('0 10 * * ? *', 'UTC', '2027-03-08T09:59:59.999Z', 1)).toEqual([
      '2027-03-08T10:00',
    ]);
    expect(firings('0 10 * * ? *', 'UTC', '2027-03-08T10:00:00Z', 1)).toEqual(['2027-03-09T10:00']);
  });

  it('keeps its local hour when the clocks change', () => {
    expect(firings('0 9 * * ? *', 'Europe/Riga', '2027-03-27T00:00:00Z', 2)).toEqual([
      '2027-03-27T07:00',
      '2027-03-28T06:00',
    ]);
  });

  it('does not fire at a time that the spring change skips', () => {
    // In Riga 03:00 to 03:59 does not exist on 28 March 2027.
    expect(firings('30 3 * * ? *', 'Europe/Riga', '2027-03-27T00:00:00Z', 2)).toEqual([
      '2027-03-27T01:30',
      '2027-03-29T00:30',
    ]);
    expect(firings('30 * * * ? *', 'Europe/Riga', '2027-03-28T00:00:00Z', 2)).toEqual([
      '2027-03-28T00:30',
      '2027-03-28T01:30',
    ]);
  });

  it('fires once at a time that the autumn change repeats', () => {
    // In Riga 03:00 to 03:59 comes twice on 31 October 2027, from 00:00Z and from 01:00Z.
    expect(firings('30 3 * * ? *', 'Europe/Riga', '2027-10-30T12:00:00Z', 2)).toEqual([
      '2027-10-31T00:30',
      '2027-11-01T01:30',
    ]);
    expect(firings('0/30 * * * ? *', 'Europe/Riga', '2027-10-31T00:00:00Z', 3)).toEqual([
      '2027-10-31T00:30',
      '2027-10-31T02:00',
      '2027-10-31T02:30',
    ]);
    expect(firings('0/30 * * * ? *', 'Europe/Riga', '2027-10-31T01:10:00Z', 1)).toEqual([
      '2027-10-31T02:00',
    ]);
  });

  it('ends with its last year', () => {
    expect(firings('0 10 1 12 ? 2027', 'UTC', '2027-03-08T10:00:00Z', 3)).toEqual([
      '2027-12-01T10:00',
    ]);
  });

  it.each([
    ['0 10 * * ?', /six fields/],
    ['0 0 10 * * ? *', /six fields/],
    ['60 10 * * ? *', /minute/],
    ['0 24 * * ? *', /hour/],
    ['0 ten * * ? *', /hour/],
    ['0 10 32 * ? *', /day/],
    ['0 10 L-2 * ? *', /day of month .*"L-2"/],
    ['0 10 * 13 ? *', /month/],
    ['0 10 ? * 0 *', /day of week .*"0"/],
    ['0 10 ? * 8 *', /day of week .*"8"/],
    ['0 10 ? * 3#1,6#3 *', /day of week/],
    ['0 10 ? * mon *', /day of week .*"mon"/],
    ['0 10 * * * *', /must be \?/],
    ['0 10 ? * ? *', /must be \?/],
    ['0 10 1 * 2 *', /must be \?/],
    ['0 10 * * ? 2200', /year/],
    ['0 10 30 2 ? *', /never fires/],
    ['0 10 31W 2 ? *', /never fires/],
    ['0 10 * * ? 2026', /never fires any more/],
    ['@daily', /six fields/],
  ])('%s is refused with a reason', (expression, reason) => {
    expect(parseCron(expression, now)).toMatchObject({
      ok: false,
      message: expect.stringMatching(reason),
    });
  });
});
