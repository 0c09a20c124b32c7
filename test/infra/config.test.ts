import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, exampleConfig, readConfig } from '../../infra/config.ts';
import { synthesiseChecked } from './synthesised.ts';

const flags = {
  sender: 'Shop <news@shop.example>',
  senderDomain: 'shop.example',
  timeZone: 'Europe/Riga',
  country: 'LV',
  origins: 'https://www.shop.example, https://shop.example',
  alarmEmail: 'oncall@shop.example',
};

const read = (context: Readonly<Record<string, unknown>>) => readConfig((name) => context[name]);

const complaint = (context: Readonly<Record<string, unknown>>): string => {
  try {
    read(context);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

const fileWith = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'perennial-')), 'company.json');
  writeFileSync(path, text);
  return path;
};

describe('the configuration of a deployment', () => {
  it('is read from flags', () => {
    expect(read(flags)).toEqual({
      ...flags,
      origins: ['https://www.shop.example', 'https://shop.example'],
      smsType: 'Promotional',
    });
  });

  it('is read from a file, which flags override', () => {
    const config = fileWith(JSON.stringify({ ...exampleConfig, country: 'EE' }));
    expect(read({ config })).toEqual({ ...exampleConfig, country: 'EE' });
    expect(read({ config, country: 'LV' }).country).toBe('LV');
  });

  it('names every missing value and the flag that sets it, all at once', () => {
    const message = complaint({ timeZone: 'Europe/Riga' });
    for (const line of [
      'sender: is missing\n      -c sender="Shop <news@example.com>"',
      'senderDomain: is missing\n      -c senderDomain=example.com',
      'origins: is missing\n      -c origins=https://www.example.com',
      'alarmEmail: is missing\n      -c alarmEmail=oncall@example.com',
    ]) {
      expect(message).toContain(line);
    }
    expect(message).not.toContain('timeZone');
    expect(message).not.toContain('country');
  });

  it.each([
    [{ timeZone: 'Riga' }, 'timeZone: must be an IANA time zone'],
    [{ country: 'Latvia' }, 'country: must be a two-letter country code'],
    [{ country: 'ZZ' }, 'country: must be a two-letter country code'],
    [{ country: 'lv' }, 'country: must be a two-letter country code'],
    [{ origins: 'https://www.shop.example/' }, 'origins: must be an origin'],
    [{ origins: '*' }, 'origins: must be an origin'],
    [{ alarmEmail: 'oncall' }, 'alarmEmail: must be an email address'],
    [{ sender: 'Shop' }, 'sender: must be an address'],
    [{ sender: 'news@other.example' }, 'sender: must be on the senderDomain'],
    [{ smsType: 'Loud' }, 'smsType: must be Promotional or Transactional'],
  ])('refuses %j and says what it must be', (change, line) => {
    expect(complaint({ ...flags, ...change })).toContain(line);
  });

  it('refuses a setting it does not know', () => {
    const config = fileWith(JSON.stringify({ ...exampleConfig, timezone: 'UTC' }));
    expect(complaint({ config })).toContain('timezone: is not a setting');
  });

  it('says when its file is not there or is no JSON', () => {
    expect(complaint({ config: '/nowhere/company.json' })).toContain('does not exist');
    expect(complaint({ config: fileWith('sender=me') })).toContain('is not a JSON object');
  });
});

describe('the stack of a configured company', () => {
  it('passes the checks of AWS’s good practice, but for what has a reason', () => {
    expect(synthesiseChecked).not.toThrow();
  });
});
