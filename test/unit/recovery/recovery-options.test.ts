import { describe, expect, it } from 'vitest';
import {
  backupOptions,
  backupUsage,
  restoreOptions,
  restoreUsage,
} from '../../../infra/recovery/recovery-options.ts';
import { Refused } from '../../../infra/recovery/refused.ts';
import { restoredNames } from '../../../infra/recovery/table-names.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const at = Date.parse('2026-11-20T10:00:00Z');

describe('npm run restore', () => {
  const restore = (...args: string[]) => restoreOptions(args, now);

  it.each([
    [['--at', '2026-11-20T10:00:00Z'], { source: { kind: 'instant', at, ofOwn: false } }],
    [['--at', '2026-11-20T12:00:00+02:00'], { source: { kind: 'instant', at, ofOwn: false } }],
    [
      ['--at', '2026-11-20T10:00:00.000Z', '--own'],
      { source: { kind: 'instant', at, ofOwn: true } },
    ],
    [['--backup', 'before-launch'], { source: { kind: 'backup', name: 'before-launch' } }],
  ])('restores by %j', (args, what) => {
    expect(restore(...args).action).toEqual({ kind: 'restore', isDryRun: false, ...what });
  });

  it.each([
    [['--carry', 'withdrawals'], { kind: 'carry', mode: 'withdrawals', isDryRun: false }],
    [['--carry', 'inputs', '--dry-run'], { kind: 'carry', mode: 'inputs', isDryRun: true }],
    [['--resume'], { kind: 'resume', hasNothingToCarry: false, isDryRun: false }],
    [
      ['--resume', '--nothing-to-carry'],
      { kind: 'resume', hasNothingToCarry: true, isDryRun: false },
    ],
    [['--abandon'], { kind: 'abandon', isDryRun: false }],
    [['--status'], { kind: 'status' }],
  ])('takes the step %j', (args, action) => {
    expect(restore(...args)).toEqual({
      action,
      stack: 'Perennial',
      config: 'perennial.config.json',
    });
  });

  it.each([
    [[], 'Give one of --at, --backup, --carry, --resume, --abandon, --status.'],
    [['--resume', '--status'], 'Give one of'],
    [['--at', '2026-11-20'], '--at "2026-11-20" is no instant to the second'],
    [['--at', '2026-11-20T10:00:00'], 'is no instant to the second'],
    [['--at', '2026-11-20T10:00:00.500Z'], 'is no instant to the second'],
    [['--at', '2026-13-20T10:00:00Z'], 'is no instant to the second'],
    [['--at', '2026-11-22T12:00:00Z'], 'is not over yet'],
    [['--status', '--stack', '--force'], "Option '--stack'"],
    [['--status', '--stack', 'a b'], '--stack "a b" cannot be: write it like Perennial.'],
    [['--status', '--region', 'Ireland'], '--region "Ireland" cannot be: write it like eu-west-1.'],
    [['--status', '--profile', '$(x)'], '--profile "$(x)" cannot be: write it like shop.'],
    [['--backup', 'a b'], '"a b" is no name of a backup'],
    [['--carry', 'all'], '--carry "all" is not known: give withdrawals or inputs.'],
    [['--own', '--resume'], '--own belongs to --at'],
    [['--nothing-to-carry', '--status'], '--nothing-to-carry belongs to --resume'],
    [['--status', '--dry-run'], '--status changes nothing'],
    [['--att', 'x'], "Unknown option '--att'"],
    [['now'], "Unexpected argument 'now'"],
  ])('refuses %j and says why', (args, why) => {
    expect(() => restore(...args)).toThrow(Refused);
    expect(() => restore(...args)).toThrow(why);
  });

  it('explains each of its options', () => {
    for (const name of [
      'at',
      'backup',
      'carry',
      'resume',
      'nothing-to-carry',
      'status',
      'abandon',
      'own',
      'dry-run',
      'stack',
      'region',
      'profile',
      'config',
    ])
      expect(restoreUsage).toContain(`--${name}`);
  });
});

describe('npm run backup', () => {
  const backup = (...args: string[]) => backupOptions(args);

  it.each([
    [['--name', 'a.b-c_1'], { kind: 'make', name: 'a.b-c_1', isDryRun: false }],
    [['--delete', 'a', '--dry-run'], { kind: 'delete', name: 'a', isDryRun: true }],
    [['--list'], { kind: 'list' }],
  ])('takes %j', (args, action) => {
    const place = { stack: 'Other', region: 'eu-north-1', profile: 'shop' };
    const given = Object.entries(place).flatMap(([name, value]) => [`--${name}`, value]);
    expect(backup(...args, ...given)).toEqual({ action, ...place });
    for (const arg of args.filter((one) => one.startsWith('--')))
      expect(backupUsage).toContain(arg);
  });

  it.each([
    [[], 'Give one of --name, --list, --delete.'],
    [['--name', ''], 'is no name of a backup'],
    [['--name', 'x'.repeat(101)], 'is no name of a backup'],
    [['--list', '--dry-run'], '--list changes nothing'],
    [['--list', '--stack', ''], '--stack "" cannot be'],
  ])('refuses %j and says why', (args, why) => {
    expect(() => backup(...args)).toThrow(why);
  });
});

describe('the names of restored tables', () => {
  it('tell what they were restored to, so that a command given again finds them', () => {
    const source = { kind: 'instant', at, ofOwn: false } as const;
    expect(restoredNames('Perennial', source)).toEqual({
      profiles: 'Perennial-profiles-20261120T100000',
      timeline: 'Perennial-timeline-20261120T100000',
      marketing: 'Perennial-marketing-20261120T100000',
    });
    const others = [
      { ...source, at: at + 1000 },
      { ...source, ofOwn: true },
      { kind: 'backup', name: 'x' } as const,
    ];
    const names = [source, ...others].map((one) => restoredNames('Perennial', one).profiles);
    expect(new Set(names).size).toBe(4);
  });

  it('fit what DynamoDB takes, with the longest names there are', () => {
    const { marketing } = restoredNames('S'.repeat(128), { kind: 'backup', name: 'x'.repeat(100) });
    expect(marketing.length).toBeLessThanOrEqual(255);
  });
});
