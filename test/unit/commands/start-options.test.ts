import { describe, expect, it } from 'vitest';
import { startOptions, WrongUsage } from '../../../infra/commands/start-options.ts';

describe('npm start', () => {
  it('takes the country whose phone numbers are read without a country code', () => {
    expect(startOptions(['--country', 'LV'], {}).country).toBe('LV');
  });

  it.each(['ZZ', 'lv', 'Latvia', ''])(
    'refuses %j, of which no phone number can be read',
    (code) => {
      expect(() => startOptions([`--country=${code}`], {})).toThrow(WrongUsage);
    },
  );
});
