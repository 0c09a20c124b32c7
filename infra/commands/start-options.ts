import { parseArgs } from 'node:util';
import { Temporal } from 'temporal-polyfill';
import { isPhoneCountry } from '../../shared/domain/identity/identifier.ts';
import { instantOf } from '../local/durations.ts';

export const usage = `npm start -- [options]

  --memory             keep nothing on disk but .perennial/world.json
  --clock INSTANT      a virtual clock, like 1998-07-01T00:00:00Z; it moves by POST /local/clock
  --empty              no demo data: only a source, its key and the admin token
  --time-zone ZONE     the company's time zone, like Europe/Riga (UTC unless set)
  --country CODE       country of phone numbers written without one, like LV (none unless set)
  --hostile SEED       a whole number: duplicates, reordering and faults as AWS may show them

  PORT                 environment variable: where to listen, 8787 unless set; 0 takes any free port`;

export type StartOptions = {
  readonly inMemory: boolean;
  readonly clock: string;
  readonly isEmpty: boolean;
  readonly timeZone: string | undefined;
  readonly country: string | undefined;
  readonly hostile: number | undefined;
  readonly port: number;
};

/** The command line was wrong; the message says what, in one line. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

export const asksForHelp = (args: readonly string[]): boolean =>
  args.includes('--help') || args.includes('-h');

/** Reads and checks the command line of `npm start`. */
export function startOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): StartOptions {
  const values = parsedValues(args);
  const { clock = 'system', country, hostile } = values;
  const timeZone = values['time-zone'];
  const port = environment['PORT'] ?? '8787';
  if (clock !== 'system' && instantOf(clock) === undefined) {
    throw new WrongUsage(`--clock "${clock}" is no instant: write it like 1998-07-01T00:00:00Z.`);
  }
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    throw new WrongUsage(`--time-zone "${timeZone}" is not known: write it like Europe/Riga.`);
  }
  if (country !== undefined && !isPhoneCountry(country)) {
    throw new WrongUsage(
      `--country "${country}" is no country with phone numbers: write it like LV.`,
    );
  }
  if (hostile !== undefined && !/^\d{1,9}$/.test(hostile)) {
    throw new WrongUsage(`--hostile "${hostile}" is no seed: give a whole number.`);
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new WrongUsage(`PORT "${port}" is no port: give 0 to 65535.`);
  }
  return {
    inMemory: values.memory ?? false,
    clock,
    isEmpty: values.empty ?? false,
    timeZone,
    country,
    hostile: hostile === undefined ? undefined : Number(hostile),
    port: Number(port),
  };
}

function parsedValues(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        memory: { type: 'boolean' },
        clock: { type: 'string' },
        empty: { type: 'boolean' },
        'time-zone': { type: 'string' },
        country: { type: 'string' },
        hostile: { type: 'string' },
      },
    }).values;
  } catch (cause) {
    throw new WrongUsage(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function isTimeZone(timeZone: string): boolean {
  try {
    return Temporal.Now.zonedDateTimeISO(timeZone) !== undefined;
  } catch {
    return false;
  }
}
